import type { Command } from "./member-link.js";
import type { PairRun } from "./move-run.js";

/**
 * What makes a copy on the target provably older than the key on the source. A MIGRATE that breaks off (IOERR) may leave the key on
 * both; clients go on writing to the source's, and then the two differ. The source's is the newer one, and REPLACE loses nothing, when
 * 1. the target had no key of the slot at a moment of this run, so that what it has came later: by our MIGRATE, or from a client that
 *    the source sent away with ASK;
 * 2. the source has the key now, and has been the same process and a primary since that moment. A source that gives a slot away
 *    serves a key as long as it has it, says ASK only for one that it has not, and makes none anew: so it has had the key all the
 *    time, sent nobody away, and the copy is ours.
 * A restart or a failover of the source breaks the chain: an AOF without its last second, or a replica that is behind, brings back
 * keys that had been moved, and been written to on the target. Then only equal values are put together.
 */
export interface Era {
  /** Changes with every start of the source and every change of its role. */
  source: string;
  /** Slots of which the target had no key. */
  emptyOnTarget: ReadonlySet<number>;
}

/** To be asked before the slots are opened. Null where the source does not say who it is. */
export async function beginEra(pair: PairRun, lane: string, slots: readonly number[]): Promise<Era | null> {
  const source = await identify(pair, lane);
  if (source === null) return null;
  const counts = await pair.to.ask(
    lane,
    slots.map((slot): Command => ["CLUSTER", "COUNTKEYSINSLOT", String(slot)]),
  );
  return { source, emptyOnTarget: new Set(slots.filter((_, index) => counts[index] === 0)) };
}

/** True: what the target has of this slot and the source has too is an older copy of the source's. */
export async function isOwnCopy(pair: PairRun, lane: string, era: Era | null, slot: number): Promise<boolean> {
  return era !== null && era.emptyOnTarget.has(slot) && (await identify(pair, lane)) === era.source;
}

async function identify({ from }: PairRun, lane: string): Promise<string | null> {
  const replies = await from.ask(lane, [
    ["INFO", "server"],
    ["INFO", "replication"],
  ]);
  const text = replies.filter((reply) => typeof reply === "string").join("\n");
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(text)?.[1];
  const [run, stream] = [field("run_id"), field("master_replid")];
  if (run === undefined || stream === undefined || field("role") !== "master") return null;
  return `${run} ${stream}`;
}
