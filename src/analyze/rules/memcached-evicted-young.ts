import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { eventPriority, windowEvidence } from "../window.js";

export const memcachedEvictedYoung = defineRule({
  id: "memcached-evicted-young",
  families: ["memcached"],
  category: "eviction",
  issue: "Some slab classes evict young items while others keep old ones",
  priorities: ["info", "medium"],
  reason:
    "Memory belongs to size classes: when sizes shift, one class thrashes while another hoards pages (memcached#689). Five minutes is less than the usual TTL.",
  source: "memcached#689, cachectl",
  thresholds: {
    youngSeconds: { default: 300, unit: "seconds" },
    oldSeconds: { default: 3_600, unit: "seconds" },
  },
  needs: ["memcachedItems", "memcachedWindow"],
  wants: ["memcachedSettings"],
  check({ memcachedItems, memcachedWindow }, { node, thresholds }, { memcachedSettings }) {
    const classes = Object.entries(memcachedItems);
    if (classes.some(([, { evicted_time: seconds, age }]) => seconds === undefined || age === undefined))
      return cannotJudge("stats items does not show evicted_time and age");
    // evicted_time keeps the last eviction's value for ever, so only classes that evict within the window count.
    const young = classes.filter(
      ([id, item]) =>
        (memcachedWindow.items[id]?.["evicted"] ?? 0) > 0 && (item["evicted_time"] ?? 0) < thresholds.youngSeconds,
    );
    const old = classes.filter(([id, { number, age }]) => {
      const evicts = young.some(([youngId]) => youngId === id);
      return !evicts && (number ?? 0) > 0 && (age ?? 0) >= thresholds.oldSeconds;
    });
    if (young.length === 0 || old.length === 0) return null;
    const automoveOff = memcachedSettings.ok && memcachedSettings.value["slab_automove"] === "0";
    return {
      priority: eventPriority(memcachedWindow, "medium"),
      action: automoveOff
        ? "Let the server move pages between classes (slabs automove); -o slab_reassign,slab_automove keeps it over a restart."
        : "Pages are moved, but too slowly or too late: add memory, or give the shifted sizes a server of their own.",
      evidence: [
        ...young.map(([id, item]) =>
          evidence(node, `items:${id}:evicted_time`, item["evicted_time"] ?? null, "seconds"),
        ),
        ...old.map(([id, item]) => evidence(node, `items:${id}:age`, item["age"] ?? null, "seconds")),
        windowEvidence(node, memcachedWindow),
      ],
      commands: [
        ...(automoveOff ? [serverCommand(node, "slabs", "automove", "1")] : []),
        serverCommand(node, "stats", "items"),
      ],
    };
  },
});
