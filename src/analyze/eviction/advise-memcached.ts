import type { Doubt, MemcachedAdvice, MemcachedChange, MemcachedSetting } from "../../model/eviction-advice.js";
import type { ObservedNode, ObservedTarget } from "../../model/observation.js";
import { evidence, serverCommand } from "../rule.js";
import { hitRatePercent, perSecond } from "../window.js";

/** As in the rules memcached-evicted-unfetched, memcached-evicted-young and memcached-hit-rate-low. */
const unfetchedPercent = 50;
const fewestEvictions = 1_000;
const youngSeconds = 300;
const oldSeconds = 3_600;
const lowHitPercent = 80;
const fewestLookups = 100;

/** Memcached has no policies to choose from: what its settings say, and which of them its own counters speak against. Pure. */
export function adviseMemcached({ target, nodes }: ObservedTarget): MemcachedAdvice {
  const judged = nodes.map(adviseServer);
  return {
    target: target.name,
    settings: judged.flatMap(({ settings }) => settings),
    changes: judged.flatMap(({ changes }) => changes),
    doubts: judged.flatMap(({ doubts }) => doubts),
  };
}

interface ServerAdvice {
  settings: MemcachedSetting[];
  changes: MemcachedChange[];
  doubts: Doubt[];
}

function adviseServer({ node, facts }: ObservedNode): ServerAdvice {
  const { memcachedSettings: settingsFact, memcachedStats, memcachedItems, memcachedWindow } = facts;
  const doubts: Doubt[] = [];
  const unsure = (what: string, reason: string) =>
    doubts.push({
      about: "both",
      unsure: `${what} of ${node.address}: ${reason}.`,
      sureBy: "Allow stats to this login, or mend the connection.",
    });
  if (settingsFact?.ok !== true || memcachedStats?.ok !== true) {
    const why = [settingsFact, memcachedStats].find((fact) => fact?.ok === false);
    unsure("The settings and counters", why?.ok === false ? why.reason : "they were not asked");
    return { settings: [], changes: [], doubts };
  }
  const settings = settingsFact.value;
  const { evictions, evicted_unfetched: unfetched } = memcachedStats.value.numbers;
  const changes: MemcachedChange[] = [];
  const change = (one: Omit<MemcachedChange, "node">) => changes.push({ node: node.address, ...one });
  const flat = settings["lru_segmented"] === "no";
  if (evictions !== undefined && unfetched !== undefined && evictions >= fewestEvictions) {
    const percent = (100 * unfetched) / evictions;
    const seen = [
      evidence(node, "evicted_unfetched", unfetched, "count"),
      evidence(node, "evictions", evictions, "count"),
      evidence(node, "lru_segmented", settings["lru_segmented"] ?? null),
    ];
    if (percent > unfetchedPercent && flat)
      change({
        id: "memcached-segment-lru",
        issue: "Items that nobody reads push out those that are read",
        action:
          "Use the segmented LRU: items that are read again are kept apart from those that are not (-o lru_maintainer,lru_segmented keeps it over a restart).",
        evidence: seen,
        commands: [serverCommand(node, "lru", "mode", "segmented")],
      });
    else if (percent > unfetchedPercent)
      change({
        id: "memcached-short-lived-items",
        issue: "Most evicted items were never read",
        action:
          "Store short-lived items with their TTL and give them a segment of their own (lru temp_ttl 61: items with a TTL below that are never evicted), cache only what is asked for twice, or add memory (-m).",
        evidence: seen,
        commands: [],
      });
  }
  const items = memcachedItems?.ok === true && memcachedWindow?.ok === true ? Object.entries(memcachedItems.value) : [];
  const evicted = memcachedWindow?.ok === true ? memcachedWindow.value.items : {};
  const young = items.filter(
    ([id, item]) => (evicted[id]?.["evicted"] ?? 0) > 0 && (item["evicted_time"] ?? Infinity) < youngSeconds,
  );
  const old = items.filter(([id, item]) => !young.some(([other]) => other === id) && (item["age"] ?? 0) >= oldSeconds);
  if (young.length > 0 && old.length > 0 && settings["slab_automove"] === "0")
    change({
      id: "memcached-automove",
      issue: "Some slab classes evict young items while others keep old ones, and pages are not moved",
      action: "Let the server move pages between classes (-o slab_automove=1 keeps it over a restart).",
      evidence: [
        ...young.map(([id, item]) =>
          evidence(node, `items:${id}:evicted_time`, item["evicted_time"] ?? null, "seconds"),
        ),
        ...old.map(([id, item]) => evidence(node, `items:${id}:age`, item["age"] ?? null, "seconds")),
      ],
      commands: [serverCommand(node, "slabs", "automove", "1")],
    });
  if (memcachedWindow?.ok === true) {
    const window = memcachedWindow.value;
    const hits = window.counters["get_hits"] ?? 0;
    const misses = window.counters["get_misses"] ?? 0;
    const hitPercent = hits + misses < fewestLookups ? null : hitRatePercent(hits, misses);
    const evicting = window.basis === "sample" && (perSecond(window, "evictions") ?? 0) > 0;
    if (hitPercent === null)
      doubts.push({
        about: "maxmemory",
        unsure: `How well ${node.address} does its work: there were ${hits + misses} lookups in the window, fewer than ${fewestLookups}.`,
        sureBy: "Run it under the usual load, with a longer --sample.",
      });
    else if (evicting && hitPercent < lowHitPercent)
      change({
        id: "memcached-more-memory",
        issue: "Items are evicted while many lookups miss",
        action: "Add memory (cache_memlimit MEGABYTES at run time, -m over a restart) or servers.",
        evidence: [
          evidence(node, "hit rate", Math.round(hitPercent * 10) / 10, "percent"),
          evidence(node, "evictions", perSecond(window, "evictions"), "per-second"),
          evidence(node, "limit_maxbytes", memcachedStats.value.numbers["limit_maxbytes"] ?? null, "bytes"),
        ],
        commands: [],
      });
  }
  return { settings: settingRows(node.address, settings), changes, doubts };
}

const explained: { setting: string; says: (value: string) => string }[] = [
  { setting: "maxbytes", says: () => "bytes for items (-m); only adding memory or servers keeps more" },
  {
    setting: "evictions",
    says: (value) =>
      value === "off" ? "full means errors, nothing is evicted (-M)" : "full means that the least recently used go",
  },
  {
    setting: "lru_segmented",
    says: (value) =>
      value === "yes" ? "read again and read once are kept apart" : "one list: what is read once pushes out the rest",
  },
  {
    setting: "lru_maintainer_thread",
    says: (value) =>
      value === "yes" ? "segments are kept in order in the background" : "segments do not work without it",
  },
  { setting: "hot_lru_pct", says: () => "share of a class for new items" },
  { setting: "warm_lru_pct", says: () => "share of a class for items that were read again" },
  {
    setting: "temp_lru",
    says: (value) => (value === "yes" ? "short-lived items are never evicted" : "no segment for short-lived items"),
  },
  { setting: "temporary_ttl", says: () => "TTL below which an item is short-lived; seconds" },
  {
    setting: "slab_automove",
    says: (value) =>
      value === "0" ? "a class never gives up memory to another" : "idle pages go to the classes that evict",
  },
];

function settingRows(node: string, settings: Readonly<Record<string, string>>): MemcachedSetting[] {
  return explained.flatMap(({ setting, says }) => {
    const value = settings[setting];
    return value === undefined ? [] : [{ node, setting, value, says: says(value) }];
  });
}
