import { rangesOf } from "../../model/slot-ranges.js";
import { errorText, isLost } from "./member-link.js";
import type { MoveOptions } from "../move-types.js";
import type { PairRun, PartResult } from "./move-run.js";
import { judgeByOwner } from "./job-outcome.js";
import { importByTask } from "./redis-import.js";
import { migrateByJob } from "./valkey-jobs.js";

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

/** Moves job by job. `rest`: what was not tried, or failed without a change, and why; the classic way can take it. */
export async function moveByServers(
  pair: PairRun,
  engine: ServerEngine,
  slots: readonly number[],
): Promise<{ result: PartResult; rest: number[]; reason: string | null }> {
  const { run, from, to } = pair;
  const result: PartResult = { moved: [], keys: 0, left: [], fatal: null };
  for (let at = 0; at < slots.length; at += slotsOfJob) {
    if (run.deps.stopRequested.aborted) return { result, rest: slots.slice(at), reason: null };
    const some = slots.slice(at, at + slotsOfJob);
    const entry = () => ({
      at: new Date(run.deps.clock.now()).toISOString(),
      from: from.address,
      to: to.address,
      slots: rangesOf(some),
    });
    await run.deps.journal.write({ kind: "open", ...entry() });
    const keys = await keysIn(pair, some);
    // A job that a killed run left may have ended meanwhile: there is nothing to ask for then.
    const before = await judgeByOwner(pair, some, "not begun");
    const ended =
      before.kind === "moved"
        ? before
        : await (engine === "migrateslots" ? migrateByJob : importByTask)(pair, some).catch((error: unknown) => {
            if (!isLost(error)) throw error;
            return judgeByOwner(pair, some, error.message);
          });
    if (ended.kind === "unchanged") return { result, rest: slots.slice(at), reason: ended.reason };
    const moved = ended.kind === "moved" ? [...some] : ended.moved;
    result.moved.push(...moved);
    if (ended.kind === "unsettled") {
      result.fatal = ended.reason;
      result.left.push({ slots: some.filter((slot) => !moved.includes(slot)), state: "open", reason: ended.reason });
      return { result, rest: slots.slice(at + slotsOfJob), reason: ended.reason };
    }
    result.keys += keys;
    run.advance({ slots: some.length, keys });
    await run.deps.journal.write({ kind: "done", ...entry() });
  }
  return { result, rest: [], reason: null };
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
