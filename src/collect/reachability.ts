import { ConnectError } from "../model/errors.js";
import type { Reachability } from "../model/facts.js";
import type { NodeFacts } from "../model/observation.js";
import type { Greeting } from "../model/node-port.js";

export function reached(greeting: Greeting): Reachability {
  const { connectMs, pingMs, pingError } = greeting;
  return { reachable: true, failure: null, connectMs: round(connectMs), pingMs: round(pingMs), pingError };
}

/** @throws whatever does not say why a node could not be reached, and an aborted run */
export function notReached(error: unknown): Reachability {
  if (!(error instanceof ConnectError) || error.connectCause === "aborted") throw error;
  const failure = { cause: error.connectCause, message: error.message, hint: error.hint };
  return { reachable: false, failure, connectMs: null, pingMs: null, pingError: null };
}

/** A node that fell silent between two answers is not reachable any more, whatever it said before. */
export function stillReached(facts: NodeFacts): Reachability {
  const begun = facts.reachability;
  if (begun?.ok !== true) throw new TypeError("reachability is the first fact of a node that was opened");
  const lost = Object.values(facts).find((fact) => !fact.ok && fact.cause === "unreachable");
  if (lost === undefined || lost.ok) return begun.value;
  const hint = "It stopped answering while it was asked: look at its log and load, then run the command again.";
  return { ...begun.value, reachable: false, failure: { cause: "fell-silent", message: lost.reason, hint } };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
