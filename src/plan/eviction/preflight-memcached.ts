import type { EvictionNode } from "../../model/eviction-node.js";
import type { PreflightWarning } from "../../model/eviction-plan.js";
import type { EvictionSettings } from "../../model/eviction-settings.js";

/** What of a change to Memcached should be known before it is made, judged on these servers. Pure. */
export function memcachedWarnings(nodes: readonly EvictionNode[], wanted: EvictionSettings): PreflightWarning[] {
  return checks.flatMap(({ code, message, test }) => {
    const found = nodes.filter((node) => test(node, wanted));
    return found.length === 0 ? [] : [{ code, message, nodes: found.map(({ address }) => address) }];
  });
}

interface Check {
  code: string;
  message: string;
  test: (node: EvictionNode, wanted: EvictionSettings) => boolean;
}

const checks: readonly Check[] = [
  {
    code: "evictions-off",
    message:
      "started with -M: nothing is evicted, a full server answers writes with `out of memory`. Only a restart without -M changes that.",
    test: ({ stats }) => stats["evictions"] === "off",
  },
  {
    code: "temp-items-unevictable",
    message:
      "items that are stored with a TTL of at most so many seconds go to TEMP, which is never evicted from: many of them fill memory until writes fail with `out of memory`. Keep the TTL short.",
    test: ({ settings }, wanted) =>
      wanted["lru temp_ttl"] !== undefined &&
      wanted["lru temp_ttl"] !== "off" &&
      wanted["lru temp_ttl"] !== settings["lru temp_ttl"],
  },
  {
    code: "inert-in-flat-mode",
    message: "in flat mode there are no segments, so lru tune and temp_ttl have no effect until lru mode is segmented.",
    test: ({ settings }, wanted) =>
      (wanted["lru mode"] ?? settings["lru mode"]) === "flat" &&
      (wanted["lru tune"] !== undefined || (wanted["lru temp_ttl"] ?? "off") !== "off"),
  },
  {
    code: "inert-without-reassign",
    message: "started with no_slab_reassign: slabs automove has no effect, pages never leave their class.",
    test: ({ stats }, wanted) => wanted["slabs automove"] !== undefined && stats["slab_reassign"] === "no",
  },
  {
    code: "automove-aggressive",
    message:
      "slabs automove 2 moves a page for every eviction: it costs other classes their items. It is meant for a short time; 1 is for keeps.",
    test: (_, wanted) => wanted["slabs automove"] === "2",
  },
  {
    code: "expired-stay",
    message:
      "without the crawler, expired items of classes that nobody reads keep their memory until they reach the tail.",
    test: ({ settings }, wanted) => wanted["lru_crawler"] === "off" && settings["lru_crawler"] === "on",
  },
  {
    code: "lost-with-a-restart",
    message:
      "Memcached keeps no settings: a restart loses them. Put them into its start options (-o lru_segmented or no_lru_segmented, hot_lru_pct=, warm_lru_pct=, temporary_ttl=, slab_automove=, lru_crawler).",
    test: () => true,
  },
  {
    code: "flat-loses-segments",
    message:
      "in flat mode one list serves each class: one scan through many keys pushes out what is read often. Items leave HOT and WARM only as they are used.",
    test: ({ settings }, wanted) => wanted["lru mode"] === "flat" && settings["lru mode"] === "segmented",
  },
];
