import type { Reachability } from "../model/facts.js";
import type { NodeIdentity } from "../model/node.js";
import type { Evidence } from "../model/finding.js";
import { evidence } from "./rule.js";

/** The server itself answered, and turned this login or protocol down: it runs, whoever else may be able to use it. */
const refusals = new Set(["wrong-password", "no-password", "not-permitted", "protected-mode", "tls", "tls-expected"]);

/** Whether the answer came from a running server. */
export function isRefusal({ failure }: Reachability): boolean {
  return failure !== null && refusals.has(failure.cause);
}

/** What to do about a failed connection: the connection's own hint, which names no node, so that equal failures are one finding. */
export function connectRemedy({ failure }: Reachability): string {
  return failure?.hint || "Check that the server runs and that the profile names its address.";
}

export function failureEvidence(node: NodeIdentity, { failure }: Reachability): Evidence[] {
  return [
    evidence(node, "connection", failure?.cause ?? "failed"),
    ...(failure === null ? [] : [evidence(node, "error", failure.message)]),
  ];
}
