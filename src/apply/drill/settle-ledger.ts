import { CachectlError } from "../../model/errors.js";
import type { RedisBulkPort } from "../../model/node-port.js";
import type { LedgerClientResult, LedgerResult } from "../../model/sentinel-drill.js";
import type { AcknowledgedWrite, Ledger } from "./ledger.js";
import type { LedgerClient } from "./ledger-client.js";

export interface LedgerEnd {
  ledger: Ledger;
  clients: readonly LedgerClient[];
  /** Where it is read and removed. */
  primary: string;
  oldPrimary: string;
  /** By the drill's clock; null: nothing was ordered. */
  orderedMs: number | null;
  open: (address: string) => Promise<RedisBulkPort>;
}

/**
 * Compares the ledger on the primary with what was acknowledged, and removes it. Call when no client writes any more. Never
 * rejects for what a server does: what could not be read is not counted as found, and not as missing.
 */
export async function settleLedger(end: LedgerEnd): Promise<LedgerResult> {
  const { ledger, clients, primary } = end;
  const read = await attempt(end, (port) => ledger.missingAt(port));
  const removed = await attempt(end, (port) => ledger.remove(port));
  return {
    key: ledger.key,
    clients: clients.map((client) => resultOf(client, end, read.value)),
    readAt: read.value === null ? null : primary,
    unread: read.failure,
    notRemoved: removed.failure,
  };
}

async function attempt<T>(
  { open, primary }: LedgerEnd,
  work: (port: RedisBulkPort) => Promise<T>,
): Promise<{ value: T | null; failure: string | null }> {
  try {
    const port = await open(primary);
    try {
      return { value: await work(port), failure: null };
    } finally {
      port.close();
    }
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    return { value: null, failure: error.message };
  }
}

function resultOf(
  { kind, refused, firstRefusal }: LedgerClient,
  { ledger, oldPrimary, orderedMs }: LedgerEnd,
  missing: readonly AcknowledgedWrite[] | null,
): LedgerClientResult {
  const own = ledger.acknowledged.filter(({ client }) => client === kind);
  const lost = missing?.filter(({ client }) => client === kind) ?? null;
  const afterOrder = (write: AcknowledgedWrite) =>
    write.node === oldPrimary && orderedMs !== null && write.atMs >= orderedMs;
  return {
    ...{ kind, refused, firstRefusal, acknowledged: own.length },
    missing: lost?.length ?? null,
    missingFromOldPrimary: lost?.filter(afterOrder).length ?? null,
    longestGapMs: orderedMs === null ? null : longestGap(own, orderedMs),
  };
}

/** From the last write before the order on; null: fewer than two. */
function longestGap(writes: readonly AcknowledgedWrite[], orderedMs: number): number | null {
  const first = Math.max(
    0,
    writes.findLastIndex(({ atMs }) => atMs < orderedMs),
  );
  const times = writes.slice(first).map(({ atMs }) => atMs);
  const gaps = times.slice(1).map((atMs, i) => atMs - (times[i] ?? atMs));
  return gaps.length === 0 ? null : gaps.reduce((a, b) => Math.max(a, b));
}
