import { CachectlError } from "../model/errors.js";
import { stopReason } from "./wait-for.js";

/** One step of a change: idempotent, and verified by itself. */
export interface ChangeStep {
  /** As a clause, for what was not done and what is going on: `introduce the nodes to each other`. */
  title: string;
  /** Resolves with what was done, as sentences without a full stop; none: nothing had to be done. */
  run(): Promise<string[]>;
}

export interface StepResult {
  done: string[];
  failed: { step: string; reason: string }[];
  notDone: string[];
}

/**
 * Runs the steps one after another and ends at the first that fails or before the next one when `stop` aborts. A step that only
 * waits may end with `stop` too: it rejects with an `interrupted` error, and counts as not done. A `stop` whose reason is another
 * CachectlError, such as a lost lock, fails the step that was to come.
 *
 * @throws only defects: what a server or the network did is a failed step
 */
export async function runSteps(
  steps: readonly ChangeStep[],
  stop: AbortSignal,
  say: (title: string) => void,
): Promise<StepResult> {
  const result: StepResult = { done: [], failed: [], notDone: [] };
  for (const [index, step] of steps.entries()) {
    const rest = steps.slice(index).map(({ title }) => title);
    try {
      if (stop.aborted) throw stopReason(stop, step.title);
      say(step.title);
      result.done.push(...(await step.run()));
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      if (error.kind === "interrupted") return { ...result, notDone: rest };
      const reason = error.hint === "" ? error.message : `${error.message}. ${error.hint}`;
      return { ...result, failed: [{ step: step.title, reason: reason.replace(/\.$/, "") }], notDone: rest.slice(1) };
    }
  }
  return result;
}
