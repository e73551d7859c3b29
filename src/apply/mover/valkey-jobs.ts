import { formatRanges, rangesOf, type SlotRange } from "../../model/slot-ranges.js";
import type { BulkReply } from "../../model/node-port.js";
import type { ListRunning } from "./left-jobs.js";
import { errorText, isLost, type MemberLink } from "./member-link.js";
import { step, type PairRun } from "./move-run.js";
import { judgeByOwner, type EngineResult } from "./job-outcome.js";

/** A row of CLUSTER GETSLOTMIGRATIONS. */
export interface SlotMigration {
  name: string;
  operation: string;
  slots: string;
  target: string;
  createdAt: number;
  state: string;
  message: string;
  /** Changes while there is progress. */
  progress: string;
}

/**
 * Valkey 9: the source forks, streams the slots to the target and hands them over at once; clients see no open slot. A job goes on
 * when its client is gone: call this only when none runs, and for slots that the source owns (`waitForLeftJobs`).
 */
export async function migrateByJob(pair: PairRun, slots: readonly number[]): Promise<EngineResult> {
  const { from, to, run } = pair;
  const ranges = rangesOf(slots);
  const before = await listMigrations(pair);
  if (before.refused !== null) return { kind: "unchanged", reason: before.refused };
  const flat = ranges.flatMap(([first, last]) => [String(first), String(last)]);
  const reply = await from.askOne("job", "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", ...flat, "NODE", to.id);
  const refused = errorText(reply);
  if (refused !== null) return { kind: "unchanged", reason: refused };
  run.advance({});
  await step(run, "job-begun", slots);
  const known = new Set(before.jobs.map(({ name }) => name));
  const isOwn = (one: SlotMigration) => isExportTo(one, pair, ranges) && !known.has(one.name);
  const ended = await waitForJob(pair, slots, (jobs) => jobs.find(isOwn));
  await step(run, "job-ended", slots);
  return judgeByOwner(pair, slots, ended);
}

/** What runs on the source, and what comes to the target from elsewhere. */
export const runningJobs: ListRunning = async (pair) => {
  const [there, here] = await Promise.all([pair.to, pair.from].map(listOn));
  const found = [...(here?.jobs ?? []), ...(there?.jobs.filter(({ operation }) => operation === "IMPORT") ?? [])];
  const jobs = found.filter(({ state }) => !isFinal(state));
  return {
    jobs: jobs.map(({ operation, slots, target, progress }) => ({
      text: `A migration (${operation}) of slots ${slots} to node ${target}`,
      progress,
    })),
    refused: here?.refused ?? null,
  };
};

/** Without any sign of progress for this long, a job is given up: a target that hangs fails it within repl-timeout, 60 s. */
const longestSilenceMs = 90_000;
const pollMs = 50;

/** Resolves with null when the job succeeded, else with why not. */
async function waitForJob(
  pair: PairRun,
  slots: readonly number[],
  find: (jobs: readonly SlotMigration[]) => SlotMigration | undefined,
): Promise<string | null> {
  const { clock } = pair.run.deps;
  let progress = "";
  let heardAt = clock.monotonicMs();
  for (;;) {
    await clock.sleep(pollMs);
    const { jobs, refused } = await listMigrations(pair).catch(lostIsNoAnswer);
    const job = find(jobs);
    if (job !== undefined && isFinal(job.state))
      return job.state === "success" ? null : `the job ${job.state}: ${job.message || "no reason given"}`;
    const now = job?.progress ?? "none";
    if (now !== progress) {
      progress = now;
      heardAt = clock.monotonicMs();
      await step(pair.run, "job-running", slots);
    } else if (clock.monotonicMs() - heardAt > longestSilenceMs) {
      if (job !== undefined) await cancelOwn(pair, job);
      return refused ?? `no progress for ${longestSilenceMs / 1000} s`;
    }
  }
}

/** CANCELSLOTMIGRATIONS ends every job of the node, so it is only said when this one is alone. */
async function cancelOwn(pair: PairRun, own: SlotMigration): Promise<void> {
  const { jobs } = await listMigrations(pair).catch(lostIsNoAnswer);
  const others = jobs.filter((job) => job.name !== own.name && !isFinal(job.state));
  if (others.length > 0 || jobs.length === 0) return;
  await pair.from.askOne("job", "CLUSTER", "CANCELSLOTMIGRATIONS").catch(lostIsNoAnswer);
}

function listMigrations({ from }: PairRun): ReturnType<typeof listOn> {
  return listOn(from);
}

async function listOn(link: MemberLink): Promise<{ jobs: SlotMigration[]; refused: string | null }> {
  const reply = await link.askOne("job", "CLUSTER", "GETSLOTMIGRATIONS");
  return { jobs: parseSlotMigrations(reply), refused: errorText(reply) };
}

function lostIsNoAnswer(error: unknown): { jobs: SlotMigration[]; refused: string | null } {
  if (!isLost(error)) throw error;
  return { jobs: [], refused: error.message };
}

function isExportTo(job: SlotMigration, { to }: PairRun, ranges: readonly SlotRange[]): boolean {
  return job.operation === "EXPORT" && job.target === to.id && job.slots === formatRanges(ranges);
}

function isFinal(state: string): boolean {
  return /^(?:success|failed|cancell?ed)$/i.test(state);
}

/** Source: https://valkey.io/commands/cluster-getslotmigrations/ . What is no map is left out. */
export function parseSlotMigrations(reply: BulkReply): SlotMigration[] {
  if (!Array.isArray(reply)) return [];
  return reply.filter((row) => Array.isArray(row)).map(parseRow);
}

function parseRow(row: readonly BulkReply[]): SlotMigration {
  const field = (name: string) => {
    const value = row[row.indexOf(name) + 1];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const slots = field("slot_ranges")
    .split(/[ ,]+/)
    .map((range) => range.replace(/^(\d+)-\1$/, "$1"))
    .join(",");
  return {
    name: field("name"),
    operation: field("operation"),
    slots,
    target: field("target_node"),
    createdAt: Number(field("create_time")),
    state: field("state"),
    message: field("message"),
    progress: ["state", "remaining_repl_size", "cow_size", "last_ack_time"].map(field).join(" "),
  };
}
