import { copyFile, stat, truncate } from "node:fs/promises";
import { CachectlError } from "../model/errors.js";
import { readJournal } from "./journal.js";
import type { JournalEntry } from "./move-types.js";
import { unfinishedMoves } from "./unfinished-moves.js";

/** Some hundred runs. The one run that is at it comes on top. */
const mostBytes = 1_048_576;

/**
 * Empties a journal that has grown large, and keeps what it held as `<path>.old`, in place of an older one. Leaves it alone while
 * a run may still need it: when its last run has not ended, a move that was begun may not be finished, or it cannot be read.
 * Call it under the cluster's lock, before the run's first entry: another run's entries must not go with it.
 *
 * @param closed ids of members that have just said that they have no open slot; a move between two of them is finished,
 *   whatever the journal says (`cluster fix` writes none)
 * @throws CachectlError usage `journal-unwritable` where it cannot be kept or emptied
 */
export async function trimJournal(
  path: string,
  closed: ReadonlySet<string>,
  limitBytes: number = mostBytes,
): Promise<void> {
  const { size } = await stat(path);
  if (size <= limitBytes) return;
  const entries = await readJournal(path).catch(leaveDamaged);
  const open = unfinishedMoves(entries).filter(({ from, to }) => !closed.has(from.id) || !closed.has(to.id));
  if (entries.at(-1)?.kind !== "end" || open.length > 0) return;
  try {
    // Emptied and not replaced: who has it open to append to must go on writing to the file that others read.
    await copyFile(path, `${path}.old`);
    await truncate(path, 0);
  } catch (error) {
    throw new CachectlError(
      "usage",
      "journal-unwritable",
      `The journal ${path} has grown to ${size} bytes and cannot be put aside: ${error instanceof Error ? error.message : String(error)}`,
      "Make room or give this user the right to write there, or name another file with --journal FILE.",
      error,
    );
  }
}

/** Nobody can tell whether a run needs it; the run itself says so when it does. */
function leaveDamaged(error: unknown): JournalEntry[] {
  if (error instanceof CachectlError) return [];
  throw error;
}
