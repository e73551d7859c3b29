import type { Confidence, Evidence, Priority } from "../model/finding.js";
import type { NodeIdentity } from "../model/node.js";
import { evidence } from "./rule.js";

/** The part that Redis and Memcached windows share. */
interface Window {
  basis: "sample" | "since-start";
  seconds: number;
  counters: Record<string, number>;
}

/** How much a counter grew in the window; null when the server does not report it. */
export function growth(window: Window, counter: string): number | null {
  return window.counters[counter] ?? null;
}

/** Growth per second; null when the counter is not reported or the window has no length. */
export function perSecond(window: Window, counter: string): number | null {
  const grown = growth(window, counter);
  return grown === null || window.seconds <= 0 ? null : grown / window.seconds;
}

/** Hits over lookups in percent; null without lookups. */
export function hitRatePercent(hits: number, misses: number): number | null {
  return hits + misses > 0 ? (100 * hits) / (hits + misses) : null;
}

/**
 * The priority of something that happened at all (a rejected connection, a failed fsync). Since start it is history: it may
 * be months old, so it is never more than information.
 */
export function eventPriority(window: Window, priority: Priority): Priority {
  return window.basis === "sample" ? priority : "info";
}

/** An average since start may hide or outlive what happens now. */
export function windowConfidence(window: Window): Confidence {
  return window.basis === "sample" ? "high" : "low";
}

// A dataset may take minutes to load, and the clients of a restarted server all come back in its first minute.
const startSeconds = 600;

/** Whether the averages of this window are those of a start, not of the service: since start, and that was moments ago. */
export function isStartUp(window: Window): boolean {
  return window.basis === "since-start" && window.seconds < startSeconds;
}

/** Why {@link isStartUp} leaves a rate unjudged. */
export const startUpReason = "the server started too recently for averages since then: take two samples (--sample 3s)";

/** States over which time a rate was taken, as evidence. */
export function windowEvidence(node: NodeIdentity, window: Window): Evidence {
  return evidence(
    node,
    window.basis === "sample" ? "sample window" : "since server start",
    Math.round(window.seconds * 10) / 10,
    "seconds",
  );
}
