import type { Clock } from "../../model/clock.js";
import type { KeyPage } from "../../model/key-page.js";
import type { FleetNode } from "../../model/node-port.js";
import type { ObservedNode } from "../../model/observation.js";
import { shareSeen } from "./cut-short.js";
import { NodePass } from "./node-pass.js";
import { observedState } from "./node-state.js";
import type { ScanOptions } from "./scan-options.js";
import { databasesOf, firstPosition, hasMore, type ScanPosition } from "./scan-start.js";

export type { ScanPosition } from "./scan-start.js";

export interface ScanDeps {
  clock: Clock;
  /** From 0 up to 1: which keys of a sample are measured. */
  random(): number;
  /** Takes a page in before it returns; it must keep no name without `ownText`. */
  onPage(page: KeyPage): void;
  /** `expectedKeys` is null where it is not known, or not all keys are wanted. */
  onProgress(node: string, seenKeys: number, expectedKeys: number | null): void;
  /** Keys that may still be looked at, shared by the nodes of a target. Pages are whole, so it may end a little below 0. */
  budget: { left: number };
  /** The user wants the end: the pages under way are still handed on. */
  stopped(): boolean;
}

/**
 * Reads all keys of a Redis or Valkey node and hands them on page by page: SCAN, and for each key TYPE, MEMORY USAGE, PTTL, the
 * number of elements where that does not touch the key, and of some OBJECT ENCODING and IDLETIME or FREQ.
 *
 * Read-only, on a connection of its own. Nothing resets idle times or access counters; `addedLookups` in the result says what
 * it adds to `keyspace_hits`. Slows down while a PING beside it takes `maxLatencyMs` longer than on the idle node.
 *
 * Never rejects for a node: what could not be seen is `scan.gap`, and the position says where another run may go on.
 *
 * @param from the position that an earlier run ended at; null: from the beginning
 */
export async function scanNode(
  node: FleetNode,
  observed: ObservedNode,
  options: ScanOptions,
  from: ScanPosition | null,
  deps: ScanDeps,
): Promise<ScanPosition> {
  const databases = databasesOf(observed, options.database);
  if (from === null)
    return new NodePass(node, observed, options, databases, firstPosition(observed, databases), deps).run();
  if (!hasMore(from, databases)) return from;
  const { runId } = observedState(observed);
  const position = structuredClone(from);
  if (from.runId !== null && from.runId === runId)
    return new NodePass(node, observed, options, databases, position, deps).run();
  // A cursor means nothing to another process: it would skip keys and give others twice.
  const share = shareSeen(from.scan, options.match !== null || options.type !== null);
  const why = runId === null ? "may not be asked for its run id" : "is another process by now";
  position.scan.gap = `${from.scan.node} ${why}, so the scan of it cannot be gone on with after ${share}`;
  return position;
}
