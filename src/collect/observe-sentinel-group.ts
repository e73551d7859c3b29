import type { Clock } from "../model/clock.js";
import { mapFact } from "../model/fact.js";
import type { TargetIdentity } from "../model/node.js";
import type { Fleet, FleetNode } from "../model/node-port.js";
import type { ObservedNode, ObservedTarget } from "../model/observation.js";
import { byRole, dropRepeatedNodes, observeNode } from "./observe-target.js";
import { collectSentinelViews } from "./sentinel-views.js";

/**
 * Observes a Sentinel group: all sentinels and all data nodes at the same time, every sentinel with its own view of the wanted
 * masters. Read-only.
 *
 * @param masterNames empty: every master
 * @throws CachectlError of kind `interrupted` when the run is aborted; an unreachable node is part of the observation
 */
export async function observeSentinelGroup(
  fleet: Fleet,
  target: TargetIdentity,
  masterNames: readonly string[],
  sampleMs: number,
  clock: Clock,
): Promise<ObservedTarget> {
  const nodes = await Promise.all(
    fleet.nodes.map((node) =>
      node.identity.family === "sentinel"
        ? observeWithViews(node, masterNames, clock)
        : observeNode(node, sampleMs, clock),
    ),
  );
  return { target, nodes: dropRepeatedNodes(nodes).sort(byRole), discoveryGaps: await fleet.gaps() };
}

async function observeWithViews(node: FleetNode, masterNames: readonly string[], clock: Clock): Promise<ObservedNode> {
  const { node: identity, facts } = await observeNode(node, 0, clock);
  const { reachability, sentinel } = facts;
  if (reachability?.ok !== true || !reachability.value.reachable || sentinel === undefined)
    return { node: identity, facts: sentinel?.ok === false ? { ...facts, sentinelViews: sentinel } : facts };
  const sentinelViews = await collectSentinelViews(await node.openRedis(), masterNames);
  const wanted = mapFact(sentinel, (value) => ({
    ...value,
    masters: value.masters.filter(({ name }) => masterNames.length === 0 || masterNames.includes(name)),
  }));
  return { node: identity, facts: { ...facts, sentinel: wanted, sentinelViews } };
}
