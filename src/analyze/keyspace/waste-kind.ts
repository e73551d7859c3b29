import type { CloserLook } from "../../model/closer-look.js";
import type { WasteItem, WasteKind } from "../../model/keyspace.js";
import type { CompactLimits } from "./compact-limits.js";
import type { EncodingCosts } from "./encoding-costs.js";
import type { WasteCounts } from "./waste-counts.js";

/** How one kind of waste is found. */
export interface GroupKind {
  kind: WasteKind;
  inGroup: (group: WasteGroup, context: WasteContext) => WasteItem[];
  /** What could not be looked into, as a clause; null: nothing that could have been worth an item. */
  unknown: (groups: readonly WasteGroup[], context: WasteContext) => string | null;
}

/** A group of keys as the kinds of waste see it. */
export interface WasteGroup {
  pattern: string;
  waste: WasteCounts;
  /** Closer looks at its samples, without those that had gone. */
  looks: CloserLook[];
}

/** What all kinds of waste are judged by. */
export interface WasteContext {
  limits: CompactLimits | null;
  costs: EncodingCosts;
  /** Whether `costs` are those of this server. */
  serverKnown: boolean;
  /** From a number among the measured keys to one of all keys. */
  scale: (count: number) => number;
  /** Bytes below which an item is not worth a line. */
  floorBytes: number;
  canReadValues: boolean;
}

/** The sum of a counter over groups, of all keys. */
export function total(
  groups: readonly WasteGroup[],
  { scale }: WasteContext,
  counter: (waste: WasteCounts) => number,
): number {
  return scale(groups.reduce((sum, { waste }) => sum + counter(waste), 0));
}

/** `12,400`, for the sentences of an item. */
export function counted(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
