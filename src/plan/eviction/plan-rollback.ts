import type { EvictionNode } from "../../model/eviction-node.js";
import {
  inverted,
  type EvictionPlan,
  type LastChange,
  type NodeChange,
  type PreflightWarning,
} from "../../model/eviction-plan.js";
import type { PlanRefusal } from "../../model/slot-plan.js";
import { refuse } from "../refuse.js";
import { checkMaxmemory } from "./check-servers.js";
import { memcachedWarnings } from "./preflight-memcached.js";
import { redisWarnings } from "./preflight-redis.js";

/**
 * Puts the last change's old values back, last changed first, where the nodes still have what it set. Pure.
 *
 * @param nodes what was seen of the target's data nodes just now; one that did not answer is left out
 */
export function planRollback(
  target: string,
  { at, family, persist, nodes: changed }: LastChange,
  nodes: readonly EvictionNode[],
): EvictionPlan | PlanRefusal {
  if (changed.length === 0)
    return refuse(
      "nothing-to-roll-back",
      `the last change of ${target} (${at}) left nothing to roll back: it changed no node, or was put back already.`,
      "See `cachectl evict-policy get` for what is set now.",
    );
  const back: NodeChange[] = [];
  for (const one of changed.toReversed()) {
    const node = nodes.find(({ address }) => address === one.node);
    if (node !== undefined && node.unreachable !== null) continue;
    const refusal = checkStill(one, node, at);
    if (refusal !== null) return refusal;
    const changes = inverted(one).changes.filter(({ name, to }) => node?.settings[name] !== to);
    const tooSmall =
      family === "redis" && node !== undefined
        ? checkMaxmemory(node, Object.fromEntries(changes.map(({ name, to }) => [name, to])))
        : null;
    if (tooSmall !== null) return tooSmall;
    if (changes.length > 0) back.push({ node: one.node, role: node?.role ?? one.role, changes });
  }
  return {
    ...{ schemaVersion: 1, kind: "eviction-plan", operation: "evict-policy-rollback", target, family, persist },
    nodes: back,
    unchanged: nodes
      .filter(({ address, unreachable }) => unreachable === null && !back.some(({ node }) => node === address))
      .map(({ address }) => address),
    warnings: warningsOf(back, nodes, family, persist),
  };
}

/** What somebody has set since is not this run's to undo. */
function checkStill(
  { node: address, state, changes }: LastChange["nodes"][number],
  node: EvictionNode | undefined,
  at: string,
): PlanRefusal | null {
  if (node === undefined)
    return refuse(
      "node-gone",
      `${address}, which the change of ${at} set, is not among the nodes of this target any more.`,
      "Set the old values where they are wanted with `cachectl evict-policy set`.",
    );
  const other = changes.find(({ name, from, to }) => {
    const present = node.settings[name];
    return present !== to && present !== from;
  });
  if (other === undefined) return null;
  return refuse(
    "value-changed",
    `${address} has ${other.name} ${node.settings[other.name] ?? "unknown"}, and not the ${other.to} that the change of ${at} ${state === "begun" ? "was about to set" : "set"}: somebody else changed it since.`,
    "Decide which value is meant, and set it with `cachectl evict-policy set`.",
  );
}

/** Nodes that go back to the same values are judged together. */
function warningsOf(
  back: readonly NodeChange[],
  nodes: readonly EvictionNode[],
  family: EvictionPlan["family"],
  persist: boolean,
): PreflightWarning[] {
  const groups = new Map<string, EvictionNode[]>();
  for (const { node: address, changes } of back) {
    const node = nodes.find((one) => one.address === address);
    if (node === undefined) continue;
    const wanted = JSON.stringify(Object.fromEntries(changes.map(({ name, to }) => [name, to])));
    groups.set(wanted, [...(groups.get(wanted) ?? []), node]);
  }
  return [...groups].flatMap(([text, members]) => {
    const wanted = JSON.parse(text) as Record<string, string>;
    if (family === "memcached") return memcachedWarnings(members, wanted);
    return redisWarnings({ nodes: members, wanted, dataRole: null, persist, exposure: null });
  });
}
