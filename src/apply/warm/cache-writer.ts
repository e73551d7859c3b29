import type { LockStore } from "./run-lock.js";
import type { WarmItem } from "../../model/warm-manifest.js";

/** What became of each item of a page, and of the page as a whole. */
export interface PageOutcome {
  /** Items that the target acknowledged. */
  written: number;
  /** Items that were there already, and were left as they are. */
  present: number;
  /** Items that the target refused, each for its own reason. */
  failed: { index: number; reason: string }[];
  /** Items that got no answer: some of them may have been written. */
  unknown: number;
  /** Items that were surely not written, since the target takes nothing any more. */
  notWritten: number;
  /** Why nothing more can be written; null: go on. */
  refusal: string | null;
}

/** Writes items to a target. Pages may overlap. */
export interface CacheWriter {
  /** Settles when every item has an answer, or none will come. Never rejects for what the target does. */
  write(items: readonly WarmItem[]): Promise<PageOutcome>;
  /** Of these keys, whether each holds what was written, at whoever is the primary by now; null where nobody answered. */
  readBack(items: readonly SampledItem[]): Promise<(ReadBack | null)[]>;
  /** Whether a server is known that may have lost what it acknowledged: then the next run has to begin anew. */
  hasLost(): boolean;
  /** What may be lost, and why: sentences without a full stop. A pool tells it server by server instead. */
  losses(): string[];
  /** The lock of a run, as a key of the target. */
  lockStore(key: string): LockStore;
  /** What happened on the way that is no failure: redirections, lost connections. Sentences. */
  notes(): string[];
  close(): void;
}

/** An item that was written, as far as it is kept for a look afterwards. */
export interface SampledItem {
  key: string;
  /** The value of a string; null: it is of another type, or too long to be kept, and that the key is there is enough. */
  text: string | null;
}

export type ReadBack = "same" | "different" | "gone";

/** When an item that is there already is written all the same. */
export type WritePolicy = { kind: "overwrite" } | { kind: "only-missing" } | { kind: "refresh-below"; ttlMs: number };

export function noOutcome(): PageOutcome {
  return { written: 0, present: 0, failed: [], unknown: 0, notWritten: 0, refusal: null };
}
