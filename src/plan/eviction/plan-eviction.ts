import type { ConfigRefusal } from "../../model/config-refusal.js";
import type { EvictionExposure } from "../../model/eviction-exposure.js";
import type { EvictionNode } from "../../model/eviction-node.js";
import type { EvictionPlan, NodeChange, SettingChange } from "../../model/eviction-plan.js";
import { memcachedSettingNames, policySetting, type EvictionSettings } from "../../model/eviction-settings.js";
import type { DataRole } from "../../model/node.js";
import type { PlanRefusal } from "../../model/slot-plan.js";
import { refuse } from "../refuse.js";
import { checkServers } from "./check-servers.js";
import { memcachedWarnings } from "./preflight-memcached.js";
import { redisWarnings } from "./preflight-redis.js";

export interface EvictionPlanInput {
  target: string;
  family: EvictionPlan["family"];
  /** What the profile says the data is for. */
  dataRole: DataRole | null;
  /** The data nodes that are to be changed. All of them answered. */
  nodes: readonly EvictionNode[];
  /** By address: why a node will not take the change; absent or null: nothing is known against it. */
  refusals: Readonly<Record<string, ConfigRefusal | null>>;
  /** Canonical (`checkRequest`). */
  wanted: EvictionSettings;
  persist: boolean;
  /** Change the others where some refuse. */
  keepGoing: boolean;
  /** Null: the keys were not looked at. */
  exposure: EvictionExposure | null;
}

/** Which values change where, replicas too, and what should be known before; or why not. Pure. */
export function planEviction(input: EvictionPlanInput): EvictionPlan | PlanRefusal {
  const { target, family, wanted, persist } = input;
  const willing = input.nodes.filter(({ address }) => input.refusals[address] == null);
  const refusal = refusedBy(input, willing) ?? checkServers(willing, wanted);
  if (refusal !== null) return refusal;
  const changes = willing.map((node) => ({ node, change: changeOf(node, wanted) }));
  const warnings =
    family === "memcached" ? memcachedWarnings(willing, wanted) : redisWarnings({ ...input, nodes: willing });
  return {
    ...{ schemaVersion: 1, kind: "eviction-plan", operation: "evict-policy-set", target, family, persist, warnings },
    nodes: changes.flatMap(({ change }) => change ?? []).sort(replicasFirst),
    unchanged: changes.flatMap(({ node, change }) => (change === null ? [node.address] : [])),
  };
}

function refusedBy({ nodes, refusals, keepGoing }: EvictionPlanInput, willing: readonly EvictionNode[]) {
  const refusing = nodes.filter(({ address }) => refusals[address] != null);
  const [first] = refusing;
  const reason = first === undefined ? null : refusals[first.address];
  if (first === undefined || reason == null || (keepGoing && willing.length > 0)) return null;
  const more = refusing.length > 1 ? ` and ${refusing.length - 1} more` : "";
  return refuse(
    `refused-${reason.kind}`,
    `${first.address}${more} will not take the change: ${reason.message}.`,
    willing.length > 0 ? `${reason.hint} --keep-going changes the other nodes all the same.` : reason.hint,
  );
}

function changeOf({ address, role, settings }: EvictionNode, wanted: EvictionSettings): NodeChange | null {
  const changes = inOrder(wanted, settings).flatMap((name): SettingChange[] => {
    const from = settings[name];
    const to = wanted[name];
    return from === undefined || to === undefined || from === to ? [] : [{ name, from, to }];
  });
  return changes.length === 0 ? null : { node: address, role, changes };
}

/**
 * More room comes before anything that may need it, and less room only when the new policy rules. The policy is set after its
 * parameters, so that it never acts with the old ones.
 */
function inOrder(wanted: EvictionSettings, present: EvictionSettings): string[] {
  const limit = (settings: EvictionSettings) => Number(settings["maxmemory"] ?? 0) || Infinity;
  const raises = limit(wanted) > limit(present);
  const order = [
    ...(raises ? ["maxmemory"] : []),
    ...["maxmemory-samples", "maxmemory-eviction-tenacity", "lfu-log-factor", "lfu-decay-time", policySetting],
    ...(raises ? [] : ["maxmemory"]),
    ...memcachedSettingNames,
  ];
  return order.filter((name) => wanted[name] !== undefined);
}

function replicasFirst(a: NodeChange, b: NodeChange): number {
  return Number(b.role === "replica") - Number(a.role === "replica");
}
