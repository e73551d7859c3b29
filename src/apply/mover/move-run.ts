import type { MoveDeps, MoveOptions, MoveStep } from "../move-types.js";
import type { MemberLink } from "./member-link.js";
import type { Pace } from "./pace.js";

/** What all pairs of one run share. */
export interface MoveRun {
  options: MoveOptions;
  deps: MoveDeps;
  /** Shortest cluster-node-timeout of the members: who blocks for longer is held for failed. */
  nodeTimeoutMs: number;
  /** Each once, in the order they came up. */
  notes: Set<string>;
  /** Bystanders that did not answer: not waited for again. */
  silent: Set<string>;
  /** Keys and slots that are through. */
  advance(more: { slots?: number; keys?: number; bytes?: number }): void;
}

/** One source and one target while slots go from one to the other. */
export interface PairRun {
  run: MoveRun;
  from: MemberLink;
  to: MemberLink;
  /** The other primaries, each of which is told. */
  others: readonly MemberLink[];
  pace: Pace;
}

export interface SlotsLeft {
  slots: number[];
  state: "not-begun" | "open";
  reason: string;
  /** Left alone only because a stop was asked for. */
  stopped?: boolean;
}

/** What is said of slots that a stop left alone. */
export const stopReason = "Stopped on request before these slots were begun";

export interface PartResult {
  moved: number[];
  keys: number;
  left: SlotsLeft[];
  /** Why there is no sense in trying more slots of this pair; null: go on. */
  fatal: string | null;
}

export async function step(run: MoveRun, name: MoveStep, slots: readonly number[]): Promise<void> {
  await run.deps.onStep?.(name, slots);
}
