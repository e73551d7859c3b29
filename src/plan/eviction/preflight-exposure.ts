import type { EvictionExposure, NamedKeys } from "../../model/eviction-exposure.js";
import type { EvictionNode } from "../../model/eviction-node.js";
import type { PreflightWarning } from "../../model/eviction-plan.js";
import { policySetting } from "../../model/eviction-settings.js";
import type { RedisPreflight } from "./preflight-redis.js";

/** What a change to allkeys-* makes evictable, where keys without TTL were safe until now. Pure. */
export function newlyEvictable({ nodes, wanted, dataRole, exposure }: RedisPreflight): PreflightWarning[] {
  const policy = wanted[policySetting];
  if (policy?.startsWith("allkeys-") !== true) return [];
  const primaries = nodes.filter(
    (node) => node.role !== "replica" && !(node.settings[policySetting] ?? "").startsWith("allkeys-"),
  );
  const addresses = primaries.map(({ address }) => address);
  const warning = (code: string, message: string): PreflightWarning => ({ code, message, nodes: addresses });
  const count = keysWithoutTtl(primaries);
  if (count === 0) return [];
  return [
    count === null
      ? warning(
          "evictable-unknown",
          `${policy} may evict keys without a TTL too; how many there are is not known (INFO keyspace)${seenText(exposure)}.`,
        )
      : warning(
          "keys-become-evictable",
          `${policy} may evict ${count} keys without a TTL${bytesText(count, exposure)}, which were safe until now.`,
        ),
    ...named(
      exposure,
      exposure?.tagSets,
      "tag-sets-evictable",
      ["set of a tag", "sets of tags"],
      "an evicted one makes an invalidation by its tag miss keys, which then stay stale",
      warning,
    ),
    ...named(
      exposure,
      exposure?.locks,
      "locks-evictable",
      ["lock", "locks"],
      "an evicted one lets two holders in",
      warning,
    ),
    ...(dataRole === "store" || dataRole === "queue" || dataRole === "session"
      ? [
          warning(
            "not-a-cache",
            `the profile calls this a ${dataRole}: what is evicted there is lost. noeviction, or volatile-* with a TTL on what may go, keeps it.`,
          ),
        ]
      : []),
    ...(exposure === null || exposure.gaps.length === 0
      ? []
      : [warning("keys-not-seen", `not every key could be looked at: ${exposure.gaps.join("; ")}.`)]),
  ];
}

/** Null where a node does not tell. */
function keysWithoutTtl(nodes: readonly EvictionNode[]): number | null {
  let sum = 0;
  for (const { keys, expires } of nodes) {
    if (keys === null || expires === null) return null;
    sum += keys - expires;
  }
  return sum;
}

function seenText(exposure: EvictionExposure | null): string {
  if (exposure === null || exposure.withoutTtl === 0) return "";
  return `; of the ${exposure.seenKeys} keys that were looked at, ${exposure.withoutTtl} have none`;
}

function bytesText(count: number, exposure: EvictionExposure | null): string {
  if (exposure === null || exposure.measured === 0) return "";
  const { complete, measured, measuredBytes } = exposure;
  if (complete && measured === count) return ` (${measuredBytes} bytes)`;
  return ` (about ${Math.round((measuredBytes / measured) * count)} bytes, by ${measured} of them)`;
}

function named(
  exposure: EvictionExposure | null,
  found: NamedKeys | undefined,
  code: string,
  [one, many]: readonly [string, string],
  consequence: string,
  warning: (code: string, message: string) => PreflightWarning,
): PreflightWarning[] {
  if (exposure === null || found === undefined || found.keys === 0) return [];
  const seen = exposure.complete ? "" : ` in the ${exposure.seenKeys} keys that were looked at`;
  return [
    warning(
      code,
      `among them: ${found.keys} ${found.keys === 1 ? one : many}${seen}, such as ${found.examples.join(", ")}: ${consequence}. Give them a TTL, or keep them on a server of their own.`,
    ),
  ];
}
