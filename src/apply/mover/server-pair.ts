import { rangesOf } from "../../model/slot-ranges.js";
import { waitForEpochOrder } from "./epoch-order.js";
import { errorText, isLost } from "./member-link.js";
import type { MoveOptions } from "../move-types.js";
import type { PairRun, PartResult } from "./move-run.js";
import { agreedOwners, judgeByOwner } from "./job-outcome.js";
import { waitForLeftJobs } from "./left-jobs.js";
import { importByTask, runningTasks } from "./redis-import.js";
import { migrateByJob, runningJobs } from "./valkey-jobs.js";

export type ServerEngine = "migrateslots" | "import";

/** The servers' own migration where both ends have it by their version; null: SETSLOT and MIGRATE. */
export function serverEngineOf(
  { from, to }: { from: PairRun["from"]; to: PairRun["to"] },
  { engine, ratePerSecond }: MoveOptions,
): ServerEngine | null {
  if (engine === "classic") return null;
  // The servers' own job knows no rate.
  if (engine === "auto" && ratePerSecond !== null) return null;
  const ends = [from.member, to.member];
  if (ends.every(({ product, version }) => product === "valkey" && isFrom(version, 9, 0))) return "migrateslots";
  if (ends.every(({ product, version }) => product === "redis" && isFrom(version, 8, 4))) return "import";
  return null;
}

/** Slots of one job: bounds what has to be waited for after a stop is asked for, and what is done again after a failure. */
const slotsOfJob = 512;

/** What was moved by jobs; `rest`: what was not tried, or failed without a change, and why. */
export interface ServersMoved {
  result: PartResult;
  rest: number[];
  reason: string | null;
}

/**
 * Moves job by job. `rest` can be moved with MIGRATE, unless `result.fatal` says why nothing can. A job that an earlier run left
 * is waited for before each, whatever slots it has.
 */
export async function moveByServers(
  pair: PairRun,
  engine: ServerEngine,
  slots: readonly number[],
): Promise<ServersMoved> {
  const moved: ServersMoved = { result: { moved: [], keys: 0, left: [], fatal: null }, rest: [], reason: null };
  for (let at = 0; at < slots.length; at += slotsOfJob) {
    const rest = slots.slice(at);
    if (pair.run.deps.stopRequested.aborted) return { ...moved, rest };
    const goesOn = await moveByJob(pair, engine, slots.slice(at, at + slotsOfJob), moved).catch((error: unknown) => {
      if (!isLost(error)) throw error;
      moved.result.fatal = moved.reason = error.message;
      return false;
    });
    if (goesOn) continue;
    const decided = new Set([...moved.result.moved, ...moved.result.left.flatMap((left) => left.slots)]);
    return { ...moved, rest: rest.filter((slot) => !decided.has(slot)) };
  }
  return moved;
}

/** One job; writes down in `moved` what became of its slots. False: no other is to be begun. */
async function moveByJob(
  pair: PairRun,
  engine: ServerEngine,
  slots: readonly number[],
  moved: ServersMoved,
): Promise<boolean> {
  const { run, from, to } = pair;
  const { result } = moved;
  const left = await waitForLeftJobs(pair, engine === "migrateslots" ? runningJobs : runningTasks);
  if (left.kind === "stopped") return false;
  if (left.kind !== "free") {
    moved.reason = left.reason;
    if (left.kind === "stuck") result.fatal = left.reason;
    return false;
  }
  const { here, there, elsewhere, contested } = await agreedOwners(pair, slots);
  result.moved.push(...there);
  run.advance({ slots: there.length });
  if (contested.length > 0) {
    const reason = `${from.address} and ${to.address} do not agree on who owns the slots`;
    result.left.push({ slots: contested, state: "open", reason });
    moved.reason = result.fatal = reason;
    return false;
  }
  if (elsewhere.length > 0) {
    const reason = "The slots belong to neither node. Run cachectl cluster check, then plan again";
    result.left.push({ slots: elsewhere, state: "not-begun", reason });
  }
  if (here.length === 0) return true;
  // The servers hand over with the target's newest epoch too: an older one than the source's ends the job without a change.
  const late = await waitForEpochOrder(pair, "job");
  if (late !== null) {
    moved.reason = late;
    return false;
  }
  const entry = () => ({
    at: new Date(run.deps.clock.now()).toISOString(),
    from: from.address,
    to: to.address,
    slots: rangesOf(here),
  });
  await run.deps.journal.write({ kind: "open", ...entry() });
  const keys = await keysIn(pair, here);
  const begin = engine === "migrateslots" ? migrateByJob : importByTask;
  const ended = await begin(pair, here).catch((error: unknown) => {
    if (!isLost(error)) throw error;
    return judgeByOwner(pair, here, error.message);
  });
  if (ended.kind === "moved") {
    result.moved.push(...here);
    result.keys += keys;
    run.advance({ slots: here.length, keys });
    await run.deps.journal.write({ kind: "done", ...entry() });
    return true;
  }
  moved.reason = ended.reason;
  if (ended.kind === "unsettled") {
    result.moved.push(...ended.moved);
    result.fatal = ended.reason;
    const open = here.filter((slot) => !ended.moved.includes(slot));
    result.left.push({ slots: open, state: "open", reason: ended.reason });
  }
  return false;
}

/** As counted before the job; clients' writes since are not in it. */
async function keysIn({ from }: PairRun, slots: readonly number[]): Promise<number> {
  try {
    const replies = await from.ask(
      "job",
      slots.map((slot) => ["CLUSTER", "COUNTKEYSINSLOT", String(slot)] as const),
    );
    return replies.reduce<number>((sum, reply) => sum + (errorText(reply) === null ? Number(reply) : 0), 0);
  } catch (error) {
    if (!isLost(error)) throw error;
    return 0;
  }
}

function isFrom(version: string | null, major: number, minor: number): boolean {
  const [first = 0, second = 0] = (version ?? "0").split(".").map(Number);
  return first > major || (first === major && second >= minor);
}
