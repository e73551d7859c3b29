import type { EvictionExposure } from "../../model/eviction-exposure.js";
import type { EvictionNode } from "../../model/eviction-node.js";
import type { PreflightWarning } from "../../model/eviction-plan.js";
import { policySetting, type EvictionSettings } from "../../model/eviction-settings.js";
import type { DataRole } from "../../model/node.js";
import { newlyEvictable } from "./preflight-exposure.js";

export interface RedisPreflight {
  nodes: readonly EvictionNode[];
  wanted: EvictionSettings;
  dataRole: DataRole | null;
  persist: boolean;
  exposure: EvictionExposure | null;
}

/** What of a change to Redis or Valkey should be known before it is made, judged on these servers. Pure. */
export function redisWarnings(preflight: RedisPreflight): PreflightWarning[] {
  const { nodes, wanted, persist } = preflight;
  const after = nodes.map((node) => ({ node, settings: { ...node.settings, ...wanted } }));
  return [
    ...whereTrue(
      after,
      isInert,
      "inert-without-maxmemory",
      () =>
        "maxmemory is 0, so no policy has any effect: memory grows until the host has none. Set a limit with --maxmemory.",
    ),
    ...withoutTtls(after),
    ...newlyEvictable(preflight),
    ...rereadCounters(preflight),
    ...atOnce(after),
    ...ignoringReplicas(after),
    ...notKept(nodes, persist),
  ];
}

interface After {
  node: EvictionNode;
  /** With the plan's values. */
  settings: EvictionSettings;
}

function whereTrue(
  after: readonly After[],
  test: (after: After) => boolean,
  code: string,
  message: (nodes: After[]) => string,
): PreflightWarning[] {
  const found = after.filter(test);
  if (found.length === 0) return [];
  return [{ code, message: message(found), nodes: found.map(({ node }) => node.address) }];
}

function policyOf({ settings }: Pick<After, "settings">): string {
  return settings[policySetting] ?? "";
}

function isInert({ settings }: After): boolean {
  return settings["maxmemory"] === "0";
}

/** Below this share of keys with a TTL, evicting all of them gains little (volatile-policy-without-ttls). */
const fewPercent = 5;

function withoutTtls(after: readonly After[]): PreflightWarning[] {
  const volatile = after.filter((one) => policyOf(one).startsWith("volatile-"));
  const few = ({ node: { keys, expires } }: After) =>
    keys !== null && expires !== null && keys > 0 && expires > 0 && (100 * expires) / keys < fewPercent;
  return [
    ...whereTrue(
      volatile,
      ({ node }) => node.expires === 0,
      "volatile-without-ttls",
      () =>
        "volatile-* evicts only keys with a TTL, and none has one: it behaves like noeviction, so writes fail with OOM once memory is full.",
    ),
    ...whereTrue(
      volatile,
      few,
      "volatile-few-ttls",
      (found) =>
        `volatile-* evicts only keys with a TTL, and few have one (${found.map(({ node }) => `${node.expires} of ${node.keys} on ${node.address}`).join(", ")}): when these are gone, writes fail with OOM.`,
    ),
    ...whereTrue(
      volatile,
      ({ node }) => node.expires === null,
      "ttls-unknown",
      () => "volatile-* evicts only keys with a TTL, and how many have one is not known (INFO keyspace).",
    ),
  ];
}

/**
 * An object has one 24-bit field for both. Read the other way it is any number: existing keys can have FREQ 0 and go first
 * (redis#15375; seen on 6.0 to 9.1), or an idle time of months.
 */
function rereadCounters({ nodes, wanted }: RedisPreflight): PreflightWarning[] {
  const policy = wanted[policySetting];
  if (policy === undefined) return [];
  const isLfu = (name: string) => name.endsWith("-lfu");
  const turned = nodes.filter((node) => node.keys !== 0 && isLfu(policyOf(node)) !== isLfu(policy));
  if (turned.length === 0) return [];
  const addresses = turned.map(({ address }) => address);
  if (isLfu(policy))
    return [
      {
        code: "lru-read-as-lfu",
        message: `the access times of existing keys are reread as LFU counters: a hot key can read FREQ 0 and go first. Safe order: while nothing is evicted (raise maxmemory first if memory is nearly full), set the policy, wait until the traffic has used the hot keys again (several times lfu-decay-time), then lower maxmemory.`,
        nodes: addresses,
      },
    ];
  if (!/-(lru|lrm)$/.test(policy)) return [];
  return [
    {
      code: "lfu-read-as-lru",
      message:
        "the LFU counters of existing keys are reread as access times: a key may seem idle for months until it is used again. Change it while nothing is evicted.",
      nodes: addresses,
    },
  ];
}

function atOnce(after: readonly After[]): PreflightWarning[] {
  const over = ({ node, settings }: After) => {
    const limit = Number(settings["maxmemory"] ?? 0);
    return node.ignoresMaxmemory !== true && limit > 0 && node.countedBytes !== null && node.countedBytes > limit
      ? node.countedBytes - limit
      : 0;
  };
  const text = (found: After[]) => found.map((one) => `${over(one)} bytes on ${one.node.address}`).join(", ");
  const evicting = (one: After) => over(one) > 0 && policyOf(one) !== "noeviction";
  const refusing = (one: After) => over(one) > 0 && policyOf(one) === "noeviction";
  const unknown = ({ node, settings }: After) =>
    node.ignoresMaxmemory !== true && node.countedBytes === null && Number(settings["maxmemory"] ?? 0) > 0;
  return [
    ...whereTrue(
      after,
      unknown,
      "at-once-unknown",
      () => "how much is used is not known (INFO memory), and so not whether eviction starts at once.",
    ),
    ...whereTrue(
      after,
      evicting,
      "evicts-at-once",
      (found) => `more is used than maxmemory allows, so eviction starts at once (${text(found)}).`,
    ),
    ...whereTrue(
      after,
      refusing,
      "refuses-writes-at-once",
      (found) => `more is used than maxmemory allows, so writes are refused with OOM at once (${text(found)}).`,
    ),
  ];
}

function ignoringReplicas(after: readonly After[]): PreflightWarning[] {
  return whereTrue(
    after,
    ({ node }) => node.ignoresMaxmemory === true,
    "replicas-ignore-maxmemory",
    () =>
      "replicas leave eviction to their primary (replica-ignore-maxmemory yes): they are set alike, because it begins to matter when one is promoted.",
  );
}

function notKept(nodes: readonly EvictionNode[], persist: boolean): PreflightWarning[] {
  const without = persist ? nodes.filter(({ configFile }) => configFile === "") : nodes;
  if (without.length === 0) return [];
  return [
    {
      code: "lost-with-a-restart",
      message: persist
        ? "started without a configuration file, so CONFIG REWRITE cannot keep the change: a restart loses it."
        : "--no-persist: a restart loses the change, and a failover to a restarted node too.",
      nodes: without.map(({ address }) => address),
    },
  ];
}
