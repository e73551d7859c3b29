import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { slotsOf } from "../model/slot-ranges.js";
import { CachectlError } from "../model/errors.js";
import type { NodeRef } from "../model/cluster-topology.js";
import { readJournal } from "./journal.js";
import type { JournalEntry } from "./move-types.js";

/** A slot whose move was begun and, by the journal, not ended. What the cluster says decides whether it is still open. */
export interface UnfinishedMove {
  slot: number;
  from: NodeRef;
  to: NodeRef;
}

/** Far more than one host has clusters; a directory that somebody filled must not keep a run from beginning. */
const mostJournals = 500;

/**
 * What this host's earlier runs left unfinished, by slot: of `own`, the journal of this run's target, and of the others in
 * `directory`, because the same cluster may have been named in another way.
 *
 * @throws CachectlError usage when `own` cannot be read; another's damaged journal is passed over, and what it would have
 *   explained is left for `cluster fix`
 */
export async function findUnfinishedMoves(directory: string, own: string): Promise<UnfinishedMove[]> {
  const others = (await journalsIn(directory)).filter((path) => path !== own);
  const found = new Map<string, UnfinishedMove>();
  for (const path of others)
    for (const move of unfinishedMoves(await readJournal(path).catch(passOver))) found.set(keyOf(move), move);
  // Last, so that it weighs most.
  for (const move of unfinishedMoves(await readJournal(own))) found.set(keyOf(move), move);
  return [...found.values()].sort((a, b) => a.slot - b.slot);
}

/** Pure. Entries name addresses; which nodes these were is in the `begin` before them. */
export function unfinishedMoves(entries: readonly JournalEntry[]): UnfinishedMove[] {
  const open = new Map<number, UnfinishedMove>();
  let refs = new Map<string, NodeRef>();
  for (const entry of entries) {
    if (entry.kind === "begin")
      refs = new Map(entry.moves.flatMap(({ from, to }) => [from, to].map((ref) => [ref.address, ref])));
    if (!("slots" in entry)) continue;
    const [from, to] = [refs.get(entry.from), refs.get(entry.to)];
    for (const slot of slotsOf(entry.slots)) {
      if (entry.kind === "done") open.delete(slot);
      else if (entry.kind === "open" && from !== undefined && to !== undefined) open.set(slot, { slot, from, to });
    }
  }
  return [...open.values()];
}

async function journalsIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => name.endsWith(".jsonl"))
      .sort()
      .slice(0, mostJournals)
      .map((name) => join(directory, name));
  } catch (error) {
    // No run has kept a journal here yet, or this user may not look: then none of them was this user's.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EACCES" || code === "ENOTDIR") return [];
    throw error;
  }
}

function passOver(error: unknown): JournalEntry[] {
  if (error instanceof CachectlError) return [];
  throw error;
}

/** Two clusters may both have been left with slot 7 open. */
function keyOf({ slot, from, to }: UnfinishedMove): string {
  return `${slot} ${from.id} ${to.id}`;
}
