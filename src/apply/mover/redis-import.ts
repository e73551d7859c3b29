import type { BulkReply } from "../../model/node-port.js";
import { rangesOf } from "../../model/slot-ranges.js";
import type { ListRunning } from "./left-jobs.js";
import { errorText, isLost, type MemberLink } from "./member-link.js";
import { step, type PairRun } from "./move-run.js";
import { judgeByOwner, type EngineResult } from "./job-outcome.js";

/** A row of CLUSTER MIGRATION STATUS. */
export interface ImportTask {
  id: string;
  slots: string;
  source: string;
  state: string;
  lastError: string;
  /** Changes while there is progress. */
  progress: string;
}

const longestSilenceMs = 90_000;
const pollMs = 50;

/**
 * Redis 8.4: the target asks the source for a snapshot of the slots and the writes since. One task a node; it goes on when its
 * client is gone: call this only when none runs (`waitForLeftJobs`).
 * Source: https://redis.io/docs/latest/commands/cluster-migration/
 */
export async function importByTask(pair: PairRun, slots: readonly number[]): Promise<EngineResult> {
  const { run, to } = pair;
  const flat = rangesOf(slots).flatMap(([first, last]) => [String(first), String(last)]);
  const id = await to.askOne("job", "CLUSTER", "MIGRATION", "IMPORT", ...flat);
  if (typeof id !== "string") return { kind: "unchanged", reason: errorText(id) ?? "no task id" };
  await step(run, "job-begun", slots);
  const ended = await waitForTask(pair, id, slots);
  await step(run, "job-ended", slots);
  return judgeByOwner(pair, slots, ended);
}

/** What runs on either node, as source or target. */
export const runningTasks: ListRunning = async (pair) => {
  const [there, here] = await Promise.all([pair.to, pair.from].map((link) => status(link, "ALL")));
  const tasks = [...(there?.tasks ?? []), ...(here?.tasks ?? [])].filter(({ state }) => !isFinal(state));
  return {
    jobs: tasks.map(({ id, slots, source, progress }) => ({
      text: `The migration ${id} of slots ${slots} from node ${source}`,
      progress,
    })),
    refused: there?.refused ?? null,
  };
};

async function waitForTask(pair: PairRun, id: string, slots: readonly number[]): Promise<string | null> {
  const { clock } = pair.run.deps;
  let progress = "";
  let heardAt = clock.monotonicMs();
  for (;;) {
    await clock.sleep(pollMs);
    const { tasks, refused } = await status(pair.to, "ID", id).catch(lostIsNoAnswer);
    const task = tasks.find((one) => one.id === id);
    if (task !== undefined && isFinal(task.state))
      return task.state === "completed" ? null : `the task ${task.state}: ${task.lastError || "no reason given"}`;
    const now = task?.progress ?? "none";
    if (now !== progress) {
      progress = now;
      heardAt = clock.monotonicMs();
      await step(pair.run, "job-running", slots);
    } else if (clock.monotonicMs() - heardAt > longestSilenceMs) {
      await pair.to.askOne("job", "CLUSTER", "MIGRATION", "CANCEL", "ID", id).catch(lostIsNoAnswer);
      return refused ?? `no progress for ${longestSilenceMs / 1000} s`;
    }
  }
}

async function status(link: MemberLink, ...which: string[]): Promise<{ tasks: ImportTask[]; refused: string | null }> {
  const reply = await link.askOne("job", "CLUSTER", "MIGRATION", "STATUS", ...which);
  return { tasks: parseImportTasks(reply), refused: errorText(reply) };
}

function lostIsNoAnswer(error: unknown): { tasks: ImportTask[]; refused: string | null } {
  if (!isLost(error)) throw error;
  return { tasks: [], refused: error.message };
}

function isFinal(state: string): boolean {
  return /^(?:completed|failed|cancell?ed)$/i.test(state);
}

/** What is no map is left out. */
export function parseImportTasks(reply: BulkReply): ImportTask[] {
  if (!Array.isArray(reply)) return [];
  return reply.filter((row) => Array.isArray(row)).map(parseRow);
}

function parseRow(row: readonly BulkReply[]): ImportTask {
  const field = (name: string) => {
    const at = row.indexOf(name);
    const value = at === -1 ? "" : row[at + 1];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return {
    id: field("id"),
    slots: field("slots")
      .split(/[ ,]+/)
      .map((range) => range.replace(/^(\d+)-\1$/, "$1"))
      .join(","),
    source: field("source"),
    state: field("state"),
    lastError: field("last_error"),
    progress: ["state", "retries", "last_error"].map(field).join(" "),
  };
}
