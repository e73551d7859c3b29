import { ExposureTally } from "../../analyze/keyspace/exposure-tally.js";
import { configSetRefusal, missingMemcachedCommands } from "../../collect/change-permission.js";
import { scanTarget } from "../../collect/keyspace/scan-target.js";
import { explainConfigRefusal, type ConfigRefusal } from "../../model/config-refusal.js";
import { CachectlError } from "../../model/errors.js";
import type { EvictionExposure } from "../../model/eviction-exposure.js";
import { policySetting, type EvictionSettings } from "../../model/eviction-settings.js";
import type { Context } from "../context.js";
import { fleetNode, type OpenTarget } from "./open-target.js";
import { stopBeforeChange } from "../stop-before-change.js";

/** By address: why a node will not take the change, told before anything is changed. Changes nothing. */
export async function changeRefusals(
  target: OpenTarget,
  wanted: EvictionSettings,
): Promise<Record<string, ConfigRefusal | null>> {
  const reachable = target.nodes.filter(({ unreachable }) => unreachable === null);
  const told = await Promise.all(
    reachable.map(async (node) => [node.address, await refusalOf(target, node.address, wanted)] as const),
  );
  return Object.fromEntries(told);
}

async function refusalOf(target: OpenTarget, address: string, wanted: EvictionSettings): Promise<ConfigRefusal | null> {
  const { settingsUnknown } = target.nodes.find((node) => node.address === address) ?? {};
  const node = fleetNode(target, address);
  try {
    if (target.family === "memcached") return await memcachedRefusal(target, address, wanted);
    // What may not be read could not be verified, nor put back.
    if (settingsUnknown?.cause === "not-permitted") return explainConfigRefusal(settingsUnknown.reason, address);
    const reply = await configSetRefusal(node);
    return reply === null ? null : explainConfigRefusal(reply, address);
  } catch (error) {
    if (!(error instanceof CachectlError) || error.kind === "interrupted") throw error;
    return { kind: "other", message: error.message, hint: error.hint };
  }
}

async function memcachedRefusal(
  target: OpenTarget,
  address: string,
  wanted: EvictionSettings,
): Promise<ConfigRefusal | null> {
  if (target.profile.credentials !== null && target.profile.memcachedLogin === "sasl")
    return {
      kind: "other",
      message: "the binary protocol of a SASL login has no lru, lru_crawler and slabs commands",
      hint: "Start the server with -Y in place of -S and set auth: ascii in the profile, or change its start options.",
    };
  const missing = await missingMemcachedCommands(fleetNode(target, address), Object.keys(wanted));
  if (missing.length === 0) return null;
  return {
    kind: "managed-service",
    message: `it does not have the ${missing.join(", ")} ${missing.length === 1 ? "command" : "commands"}: services such as ElastiCache (1.6.17 and later) took them away`,
    hint: "Set the like in the service's parameter group (ElastiCache: slab_automove, lru_maintainer, temporary_ttl …), or in the server's start options.",
  };
}

/** As many keys as a few seconds allow; what INFO counts exactly does not rest on them. */
const mostKeys = 10_000;

/** A PING beside the look may take this much longer. */
const maxLatencyMs = 5;

/**
 * Looks at some of the primaries' keys where the change makes those without TTL evictable; null where it does not, or is
 * known to have no such key. Read-only: TYPE, PTTL and MEMORY USAGE leave LRU and LFU alone.
 */
export async function lookAtExposure(
  context: Context,
  { family, nodes, fleet, observed }: OpenTarget,
  wanted: EvictionSettings,
): Promise<EvictionExposure | null> {
  const becomes = wanted[policySetting]?.startsWith("allkeys-") === true;
  const concerned = nodes.some(
    ({ role, keys, expires, settings }) =>
      role !== "replica" &&
      // Null: the server does not tell, so it may have some.
      (keys === null || keys !== expires) &&
      settings[policySetting]?.startsWith("allkeys-") !== true,
  );
  if (family !== "redis" || !becomes || !concerned) return null;
  context.progress.update("Looking at the keys that become evictable");
  const tally = new ExposureTally();
  const { stopRequested, clock } = context.change;
  const scan = await scanTarget(
    fleet,
    observed,
    {
      ...{ from: "primaries", database: null, match: null, type: null, sampleRatio: 1, limitKeys: mostKeys },
      ...{ ratePerSecond: null, maxLatencyMs, touch: false, frequencies: false },
    },
    {},
    {
      ...{ clock, random: () => context.random(), budget: { left: mostKeys } },
      onPage: (page) => tally.add(page),
      onProgress: () => {},
      stopped: () => stopRequested.aborted,
    },
  );
  stopBeforeChange(context.change);
  // That only some keys were to be looked at is nothing that went wrong.
  const gaps = scan.facts.gaps.filter((gap) => !gap.startsWith("--limit "));
  return tally.result(scan.facts.complete, gaps);
}
