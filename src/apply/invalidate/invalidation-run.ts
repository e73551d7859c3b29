import type { Clock } from "../../model/clock.js";
import type { InvalidationAction, InvalidationCounts, KeyFilter } from "../../model/invalidation.js";
import type { ChunkSize } from "./chunk-size.js";
import type { KeyRouter } from "./key-router.js";

/** What all parts of one invalidation share. */
export interface InvalidationRun {
  readonly router: KeyRouter;
  readonly action: InvalidationAction;
  readonly filter: KeyFilter;
  /** PEXPIRE … LT (7.0) is there; else a script compares. */
  readonly hasExpireLess: boolean;
  /** How long after its removal from a tag set a key is looked at once more. Milliseconds; 0: not at all. */
  readonly settleMs: number;
  readonly chunk: ChunkSize;
  readonly counts: InvalidationCounts;
  /** Why keys could not be dealt with → how many. */
  readonly failures: Map<string, number>;
  readonly clock: Clock;
  /** Finish the chunk in hand, begin no other. */
  readonly stopRequested: AbortSignal;
  /** Waits as long as --rate and --max-latency ask for, after so many keys. */
  pace(keys: number): Promise<void>;
  /** Sees the keys of each chunk, for the progress and for --verify. One character a byte; copied where it is kept. */
  onKeys(keys: readonly string[]): void;
}

/** The user wants the end, or an owner does not come back. */
export function mustEnd({ stopRequested, router }: InvalidationRun): boolean {
  return stopRequested.aborted || router.givenUp !== null;
}

export function countFailure({ counts, failures }: InvalidationRun, reason: string, keys: number): void {
  counts.failed += keys;
  failures.set(reason, (failures.get(reason) ?? 0) + keys);
}
