import { bytesOfText } from "../../model/key-name.js";
import type { Command } from "./member-link.js";
import type { PairRun } from "./move-run.js";
import type { SlotKeys } from "./list-keys.js";

/** Keys of one slot: MIGRATE takes no others together. */
export interface Batch {
  slot: number;
  names: string[];
  /** 0 where unknown. */
  bytes: number;
}

/** How many keys of unknown size one MIGRATE takes: redis-cli's own number. */
const unmeasuredKeys = 10;

/** Cuts into batches of at most `batchKeys` and, unless a single key is bigger, at most `batchBytes`. */
export function batchesOf(
  { slot, names, sizes }: SlotKeys,
  { batchKeys, batchBytes }: { batchKeys: number; batchBytes: number },
): Batch[] {
  const mostKeys = sizes === null ? Math.min(unmeasuredKeys, batchKeys) : batchKeys;
  const batches: Batch[] = [];
  let batch: Batch | undefined;
  names.forEach((name, index) => {
    const bytes = sizes?.[index] ?? 0;
    if (batch === undefined || batch.names.length >= mostKeys || batch.bytes + bytes > batchBytes) {
      batch = { slot, names: [], bytes: 0 };
      batches.push(batch);
    }
    batch.names.push(name);
    batch.bytes += bytes;
  });
  return batches;
}

/**
 * MIGRATE of one batch, to be sent to the source. REPLACE only for keys that were seen to be equal on both sides.
 * The credentials are in it: it must not reach any text.
 */
export function migrateCommand({ run, to }: PairRun, batch: Batch, replace = false): Command {
  const { host, port } = to.member.announced;
  const { credentials } = run.options;
  const login =
    credentials === null
      ? []
      : credentials.username === null
        ? ["AUTH", bytesOfText(credentials.password.reveal())]
        : ["AUTH2", bytesOfText(credentials.username), bytesOfText(credentials.password.reveal())];
  return [
    "MIGRATE",
    bytesOfText(host),
    String(port),
    "",
    "0",
    String(migrateTimeoutMs(run.nodeTimeoutMs, batch.bytes)),
    ...(replace ? ["REPLACE"] : []),
    ...login,
    "KEYS",
    ...batch.names,
  ];
}

/**
 * How long the source may wait for the target, blocked: half of cluster-node-timeout, so that a frozen target does not get the
 * source held for failed too. A big key that was allowed gets longer, at 5 MB a second.
 */
export function migrateTimeoutMs(nodeTimeoutMs: number, bytes: number): number {
  return Math.round(Math.max(500, nodeTimeoutMs / 2, bytes / (5 * 1024)));
}
