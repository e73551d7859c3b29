import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";
import { eventPriority, windowEvidence } from "../window.js";

const mebibyte = 2 ** 20;

export const memcachedOutOfMemory = defineRule({
  id: "memcached-out-of-memory",
  families: ["memcached"],
  category: "memory",
  issue: "Items could not be stored for lack of memory",
  priorities: ["info", "high"],
  reason:
    "A class that can neither get a page nor evict refuses the write: with evictions off (-M) always when full, else when all its items are being read or large ones need a page.",
  source: "Grafana jsonnet-libs",
  needs: ["memcachedWindow"],
  wants: ["memcachedStats", "memcachedSettings"],
  check({ memcachedWindow }, { node }, { memcachedStats, memcachedSettings }) {
    const classes = Object.entries(memcachedWindow.items);
    if (classes.some(([, { outofmemory }]) => outofmemory === undefined))
      return cannotJudge("stats items does not show outofmemory");
    const failing = classes.filter(([, { outofmemory }]) => (outofmemory ?? 0) > 0);
    if (failing.length === 0) return null;
    const limitBytes = memcachedStats.ok ? memcachedStats.value.numbers["limit_maxbytes"] : undefined;
    const evictions = memcachedSettings.ok ? memcachedSettings.value["evictions"] : undefined;
    return {
      priority: eventPriority(memcachedWindow, "high"),
      action:
        evictions === "off"
          ? "Raise the memory limit, or restart without -M so that old items make room."
          : "Raise the memory limit (-m keeps it over a restart), or store fewer very large values.",
      evidence: [
        ...failing.map(([id, { outofmemory }]) =>
          evidence(node, `items:${id}:outofmemory`, outofmemory ?? null, "count"),
        ),
        ...(evictions === undefined ? [] : [evidence(node, "evictions", evictions)]),
        windowEvidence(node, memcachedWindow),
      ],
      commands:
        limitBytes === undefined || limitBytes === 0
          ? []
          : [serverCommand(node, "cache_memlimit", String(Math.ceil((1.5 * limitBytes) / mebibyte)))],
    };
  },
});
