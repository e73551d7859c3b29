import type { WasteItem } from "../../model/keyspace.js";
import type { CompactLimit } from "./compact-limits.js";
import { counted, total, type GroupKind, type WasteContext, type WasteGroup } from "./waste-kind.js";
import type { ElementRange } from "./waste-counts.js";

/** A listpack is searched from its beginning, so that beyond this the memory is paid for in processor time. An intset is bisected. */
const longestListpack = 1024;
const longestIntset = 4096;

/** An integer of an intset takes 2, 4 or 8 bytes. */
const integerBytes = 8;

/** A set that holds less than this for each member, by MEMORY USAGE, is compact already. */
const leastHashedBytes = 25;

/** What one element may take beside the value limit itself and the large encoding's overhead: its field or score. */
const besideValueBytes = 16;

/** Collections whose number of elements lies between a compact encoding's limit and twice that. */
export const justOverLimit: GroupKind = {
  kind: "just-over-compact-limit",

  inGroup(group, context) {
    if (context.limits === null) return [];
    const { hash, zset, set, intset } = context.limits;
    const items = [
      packed(group, "hash", hash, context),
      packed(group, "zset", zset, context),
      packed(group, "set", set, context),
      integers(group, intset, set, context),
    ];
    return items.filter((item) => item !== null);
  },

  unknown: (groups, context) => {
    const over = total(groups, context, (waste) => waste.elementRanges().reduce((sum, { bytes }) => sum + bytes, 0));
    if (context.limits === null && over >= context.floorBytes)
      return "the servers' settings (CONFIG GET) could not be read, so their limits are not known";
    return uncountedReason(groups, context);
  },
};

/** For every kind that rests on numbers of elements. Null where the uncounted are too few bytes to matter. */
export function uncountedReason(groups: readonly WasteGroup[], context: WasteContext): string | null {
  const keys = total(groups, context, ({ uncounted }) => uncounted);
  const unsized = total(groups, context, ({ unmeasured }) => unmeasured);
  const bytes = total(groups, context, ({ uncountedBytes }) => uncountedBytes);
  if (keys === 0 || (unsized === 0 && bytes < context.floorBytes)) return null;
  return `the elements of ${counted(keys)} collections were not counted (before 7.2 that resets idle times; --touch counts them all the same)`;
}

/** All ranges of a type that lie within (`limit`, `upTo`], summed up. */
interface Within {
  keys: number;
  elements: number;
  bytes: number;
  /** By MEMORY USAGE; null where none is known. */
  elementBytes: number | null;
}

function within(ranges: ElementRange[], type: ElementRange["type"], limit: number, upTo: number): Within {
  const inside = ranges.filter((range) => range.type === type && range.above >= limit && range.upTo <= upTo);
  const sum = (of: (range: ElementRange) => number) => inside.reduce((total, range) => total + of(range), 0);
  const measured = sum((range) => range.measuredElements);
  const bytes = sum((range) => range.bytes);
  return {
    keys: sum((range) => range.keys),
    elements: sum((range) => range.elements),
    bytes,
    elementBytes: measured === 0 ? null : bytes / measured,
  };
}

function packed(
  { pattern, waste }: WasteGroup,
  type: ElementRange["type"],
  limit: CompactLimit | null,
  { costs, scale, floorBytes, serverKnown }: WasteContext,
): WasteItem | null {
  if (limit === null || limit.entries === 0) return null;
  const upTo = Math.min(2 * limit.entries, longestListpack);
  const { keys, elements, bytes, elementBytes } = within(waste.elementRanges(), type, limit.entries, upTo);
  const spared = costs.element[type];
  const largest = spared + (limit.valueBytes ?? Infinity) + besideValueBytes;
  if (elementBytes === null || elementBytes < leastHashedBytes || elementBytes > largest) return null;
  const savedBytes = scale(elements * spared);
  if (savedBytes < floorBytes) return null;
  return {
    kind: "just-over-compact-limit",
    pattern,
    keys: scale(keys),
    bytes: scale(bytes),
    savedBytes,
    confidence: serverKnown && type !== "set" ? "medium" : "low",
    basis: `${counted(scale(elements))} elements of ${nounOf(type)} with ${counted(limit.entries + 1)}–${counted(upTo)} of them, ${spared} bytes less for each in a listpack (measured on ${costs.measuredOn}); their ${Math.round(elementBytes)} bytes an element leave room for no longer values than the listpack takes`,
    advice: `Raise ${limit.setting} from ${limit.entries} to ${upTo}, or split the keys. A key changes its encoding when it is written anew (or at a restart), and looking up an element in it then takes a few microseconds more.`,
  };
}

/** Texts and integers look alike in a hash table; smaller sets of the group tell which they are. */
function integers(
  { pattern, waste, looks }: WasteGroup,
  intset: CompactLimit | null,
  set: CompactLimit | null,
  { costs, scale, floorBytes }: WasteContext,
): WasteItem | null {
  // A listpack that may be longer takes over where the intset ends.
  if (intset === null || intset.entries === 0 || (set !== null && set.entries > intset.entries)) return null;
  const upTo = Math.min(2 * intset.entries, longestIntset);
  const { keys, elements, bytes, elementBytes } = within(waste.elementRanges(), "set", intset.entries, upTo);
  if (elementBytes === null || elementBytes < leastHashedBytes) return null;
  const spared = elementBytes - costs.setOverstated - integerBytes;
  const wouldSave = scale(elements * spared);
  if (spared <= 0 || wouldSave < floorBytes) return null;
  const areIntegers = waste.intsets > 0 || looks.some(({ encoding }) => encoding === "intset");
  return {
    kind: "just-over-compact-limit",
    pattern,
    keys: scale(keys),
    bytes: scale(bytes),
    savedBytes: areIntegers ? wouldSave : null,
    confidence: areIntegers ? "medium" : "low",
    basis: areIntegers
      ? `${counted(scale(elements))} members of sets with ${counted(intset.entries + 1)}–${counted(upTo)} of them, at ${Math.round(elementBytes)} bytes against at most ${integerBytes} in an intset; the group's smaller sets hold integers`
      : `sets with ${counted(intset.entries + 1)}–${counted(upTo)} members; whether they are integers was not looked at`,
    advice: `${areIntegers ? "Raise" : "If the members are integers (SRANDMEMBER shows some), raise"} ${intset.setting} from ${intset.entries} to ${upTo}. A set changes its encoding when it is written anew, or at a restart.`,
  };
}

function nounOf(type: ElementRange["type"]): string {
  return { hash: "hashes", zset: "sorted sets", set: "sets" }[type];
}
