import { isLost, type MemberLink } from "./member-link.js";
import type { PairRun } from "./move-run.js";

/** A migration that the servers carry out, whoever asked for it. */
export interface RunningJob {
  /** `the export of slots 0-99 to NODE`. */
  text: string;
  /** Changes while there is progress. */
  progress: string;
}

/** Asks both nodes of a pair what runs on them. `refused`: the error of one that does not say. */
export type ListRunning = (pair: PairRun) => Promise<{ jobs: RunningJob[]; refused: string | null }>;

export type LeftJobsEnd =
  /** Nothing runs. */
  | { kind: "free" }
  | { kind: "stopped" }
  /** The servers do not say; nothing was changed. */
  | { kind: "refused"; reason: string }
  /** Still running, or nobody answers: nothing may be begun beside it. */
  | { kind: "stuck"; reason: string };

/** Without any sign of progress for this long, a job is held for stuck: a target that hangs fails it within repl-timeout, 60 s. */
const longestSilenceMs = 90_000;
/** As long as a window waits for a node that was lost. */
const comebackMs = 20_000;
const pollMs = 100;

/**
 * Waits until no migration of the servers' own runs on either node. Such a job outlives the run that began it, and may hold any
 * part of the slots: which ones it moved is asked when it has ended, not guessed from its ranges. Never cancels one: it may be
 * another operator's.
 */
export async function waitForLeftJobs(pair: PairRun, list: ListRunning): Promise<LeftJobsEnd> {
  const { clock, stopRequested } = pair.run.deps;
  let progress: string | null = null;
  let heardAt = clock.monotonicMs();
  for (;;) {
    const found = await list(pair).catch(reasonOfLoss);
    const silentMs = clock.monotonicMs() - heardAt;
    if (typeof found === "string") {
      if (silentMs > comebackMs) return { kind: "stuck", reason: found };
    } else if (found.refused !== null) return { kind: "refused", reason: found.refused };
    else {
      const [job] = found.jobs;
      if (job === undefined) return { kind: "free" };
      const now = JSON.stringify(found.jobs);
      if (now !== progress) {
        progress = now;
        heardAt = clock.monotonicMs();
      } else if (silentMs > longestSilenceMs) return { kind: "stuck", reason: stuckText(pair, job) };
    }
    if (stopRequested.aborted) return { kind: "stopped" };
    await clock.sleep(pollMs);
  }
}

function reasonOfLoss(error: unknown): string {
  if (isLost(error)) return error.message;
  throw error;
}

function stuckText({ from, to }: { from: MemberLink; to: MemberLink }, job: RunningJob): string {
  return (
    `${job.text} has been running without progress for ${longestSilenceMs / 1000} s, so nothing was begun from ${from.address} to ` +
    `${to.address}. Cancel it on its node (CLUSTER CANCELSLOTMIGRATIONS, Redis: CLUSTER MIGRATION CANCEL ALL), then run this again`
  );
}
