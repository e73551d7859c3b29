import { keyText } from "../../model/key-name.js";
import type { BulkReply } from "../../model/node-port.js";
import { commandBeginning } from "../../protocol/key-commands.js";
import { errorText, type Command } from "./member-link.js";
import type { PairRun } from "./move-run.js";
import { CachectlError } from "../../model/errors.js";

/** Keys of one slot that the source holds. Names are one character a byte. */
export interface SlotKeys {
  slot: number;
  names: string[];
  /** Of each name; 0 for one that has gone meanwhile. Null: the server does not say. */
  sizes: number[] | null;
}

/** Below this, one key blocks a server for well under a second on any network: the floor of the estimate. Bytes per second. */
const slowestBytesPerSecond = 20 * 1024 * 1024;

/** A serialized value above proto-max-bulk-len, 512 MB unless it is raised, is refused by the target (redis#5260). */
const mostBytes = 512 * 1024 * 1024;

/**
 * Names and sizes of up to `limit` keys of each slot. O(keys listed) on the source, in pieces that do not hold up others:
 * MEMORY USAGE looks at five elements of a collection.
 */
export async function listKeys(
  pair: PairRun,
  lane: string,
  slots: readonly number[],
  limit: number,
): Promise<SlotKeys[]> {
  const lists = await listNames(pair, lane, slots, limit);
  const names = lists.flatMap((list) => list.names);
  const sizes = await measure(pair, lane, names);
  if (sizes === null) return lists.map((list) => ({ ...list, sizes: null }));
  let at = 0;
  return lists.map((list) => ({ ...list, sizes: sizes.slice(at, (at += list.names.length)) }));
}

/** Only the names. @throws CachectlError unreached where GETKEYSINSLOT is refused */
export async function listNames(
  { from }: PairRun,
  lane: string,
  slots: readonly number[],
  limit: number,
): Promise<{ slot: number; names: string[] }[]> {
  const replies = await from.ask(
    lane,
    slots.map((slot): Command => ["CLUSTER", "GETKEYSINSLOT", String(slot), String(limit)]),
  );
  return slots.map((slot, index) => ({ slot, names: namesOf(replies[index], from.address) }));
}

export function namesOf(reply: BulkReply | undefined, address: string): string[] {
  if (Array.isArray(reply)) return reply.filter((name) => typeof name === "string");
  throw new CachectlError(
    "change",
    "keys-not-listed",
    `${address} does not list the keys of a slot: ${errorText(reply) ?? "no list"}`,
    "Allow CLUSTER GETKEYSINSLOT to the login of the profile.",
  );
}

const measuredAtOnce = 1_000;

const memoryUsage = commandBeginning("MEMORY", "USAGE");

async function measure({ from, run }: PairRun, lane: string, names: readonly string[]): Promise<number[] | null> {
  const sizes: number[] = [];
  for (let at = 0; at < names.length; at += measuredAtOnce) {
    for (const reply of await from.askOfEach(lane, memoryUsage, names.slice(at, at + measuredAtOnce))) {
      const refused = errorText(reply);
      if (refused !== null) {
        run.notes.add(
          `${from.address} does not tell the size of keys (${refused}): they move in small batches, and big keys are not seen before`,
        );
        return null;
      }
      sizes.push(typeof reply === "number" ? reply : 0);
    }
  }
  return sizes;
}

/** The sentence that refuses the first key of the slot that is too big to move without blocking its node; null: none is. */
export function tooBig({ run, from }: PairRun, { names, sizes }: SlotKeys): string | null {
  if (run.options.allowBlocking || sizes === null) return null;
  const most = mostKeyBytes(run.nodeTimeoutMs);
  const index = sizes.findIndex((size) => size > most);
  if (index === -1) return null;
  const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return (
    `Key ${keyText(names[index] ?? "")} on ${from.address} takes ${megabytes(sizes[index] ?? 0)}; ` +
    `above ${megabytes(most)} a move may block its node for longer than half of cluster-node-timeout (${run.nodeTimeoutMs} ms). ` +
    "Delete or split it, or add --allow-blocking"
  );
}

/** The biggest key that moves within half of cluster-node-timeout on a slow network, and that a target takes. */
export function mostKeyBytes(nodeTimeoutMs: number): number {
  return Math.min(mostBytes, (slowestBytesPerSecond * nodeTimeoutMs) / 2000);
}
