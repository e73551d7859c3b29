import type { NodeRole } from "../model/node.js";
import type { ObservedNode } from "../model/observation.js";

/** The node's own word where it was heard, else what discovery learned. */
export function roleOf({ node, facts }: ObservedNode): NodeRole {
  return node.family === "redis" && facts.replication?.ok === true ? facts.replication.value.role : node.role;
}

/** Why the node could not be talked to, as a sentence; null when it answered. */
export function failureOf({ facts }: ObservedNode): string | null {
  const { reachability } = facts;
  if (reachability === undefined) return "Nobody tried to reach it.";
  if (!reachability.ok) return reachability.reason;
  if (reachability.value.reachable) return null;
  return reachability.value.failure?.message ?? "It could not be reached; the cause is not known.";
}
