import type { WasteItem } from "../../model/keyspace.js";
import type { WasteCounts } from "./waste-counts.js";
import { uncountedReason } from "./waste-just-over.js";
import { counted, total, type GroupKind, type WasteContext, type WasteGroup } from "./waste-kind.js";

/** RedisInsight's number: fewer small strings do not make a hash. */
const fewestStrings = 10;

/** The default of hash-max-listpack-value: longer values turn the hash into a hash table, and most of the gain is lost. */
const defaultValueBytes = 64;

const whatIsLost =
  "A field has no TTL of its own before Redis 7.4 and Valkey 9.0, is never evicted by itself, and every client has to read and write it with HGET and HSET";

/** Many small strings without TTL, which as fields of hashes would share the overhead of a key. */
export const tinyStrings: GroupKind = {
  kind: "tiny-strings",

  inGroup(group, context) {
    const { pattern, waste } = group;
    const keys = waste.lastingTinyStrings;
    if (keys < fewestStrings) return [];
    const value = valueBytes(group, context);
    const limit = context.limits?.hash ?? null;
    if (value.bytes > (limit?.valueBytes ?? defaultValueBytes)) return [];
    const saved = keySaving(pattern, waste.lastingTinyBytes / keys, context);
    return worth(context, {
      kind: "tiny-strings",
      pattern,
      keys: context.scale(keys),
      bytes: context.scale(waste.lastingTinyBytes),
      savedBytes: context.scale(keys * saved.bytes),
      confidence: context.serverKnown && value.isRead ? "medium" : "low",
      basis: `${saved.basis}; values of about ${counted(value.bytes)} bytes, ${value.basis}`,
      advice: `Keep them as fields of hashes, about a hundred in each (at most ${limit?.entries ?? 128}), so that each hash stays a listpack. ${whatIsLost}: it pays for what is stored once and read often.`,
    });
  },

  unknown: (groups, context) => unknownSizesOrTtls(groups, context, ({ tinyStringBytes }) => tinyStringBytes),
};

/** Collections with a single element, which cost as much as a key does. */
export const nearEmptyCollections: GroupKind = {
  kind: "near-empty-collections",

  inGroup({ pattern, waste }, context) {
    // One that expires is on its way out anyway, and could not become a field.
    const keys = waste.lastingSingleElements;
    if (keys < fewestStrings || waste.singleElementBytes === 0) return [];
    const average = waste.singleElementBytes / waste.singleElements;
    const saved = keySaving(pattern, average, context);
    return worth(context, {
      kind: "near-empty-collections",
      pattern,
      keys: context.scale(keys),
      bytes: context.scale(average * keys),
      savedBytes: context.scale(keys * saved.bytes),
      confidence: "low",
      basis: `${saved.basis}; they may be about to grow`,
      advice: `Most of what these hold is the key itself: keep single elements as fields of shared hashes, if they stay single. ${whatIsLost}.`,
    });
  },

  unknown: (groups, context) =>
    uncountedReason(groups, context) ??
    unknownSizesOrTtls(groups, context, ({ singleElementBytes }) => singleElementBytes),
};

/**
 * What a key of its own costs more than a field of a hash: the measured constant, and the part of the name that all of
 * them share, which is then kept once for a hundred. The variable part remains as the field's name.
 */
function keySaving(pattern: string, averageBytes: number, { costs }: WasteContext): { bytes: number; basis: string } {
  const shared = pattern.replaceAll("*", "").length;
  // MEMORY USAGE leaves out the key's place in the table, which makes up for what a field needs.
  const bytes = Math.min(costs.key + shared, averageBytes);
  return {
    bytes,
    basis: `${Math.round(bytes)} bytes a key: ${costs.key} of overhead beyond a listpack field's (measured on ${costs.measuredOn}), and the ${shared} bytes that the names share`,
  };
}

/** Measured where values were read, else what is left of MEMORY USAGE, which then may be too much but not too little. */
function valueBytes(group: WasteGroup, { costs }: WasteContext): { bytes: number; isRead: boolean; basis: string } {
  const { waste, looks } = group;
  const lengths = looks.flatMap(({ value }) => (value === null ? [] : [value.length]));
  if (lengths.length > 0) {
    const bytes = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    return { bytes, isRead: true, basis: `from ${lengths.length} of ${counted(waste.strings)} measured` };
  }
  const keys = waste.lastingTinyStrings;
  const names = costs.stringBesideData === 0 ? 0 : waste.lastingTinyNameBytes;
  const bytes = Math.max(1, (waste.lastingTinyBytes - names) / keys - costs.stringBesideData);
  return { bytes, isRead: false, basis: "what MEMORY USAGE leaves for them at most" };
}

function worth({ floorBytes }: WasteContext, item: WasteItem): WasteItem[] {
  return (item.savedBytes ?? 0) < floorBytes ? [] : [item];
}

/** @param concerned bytes of the keys that would be an item if they had no TTL */
function unknownSizesOrTtls(
  groups: readonly WasteGroup[],
  context: WasteContext,
  concerned: (waste: WasteCounts) => number,
): string | null {
  const unmeasured = total(groups, context, (waste) => waste.unmeasured);
  if (unmeasured > 0) return `the bytes of ${counted(unmeasured)} keys are not known`;
  const withUnknown = groups.filter(({ waste }) => waste.unknownTtls > 0);
  if (withUnknown.length === 0 || total(withUnknown, context, concerned) < context.floorBytes) return null;
  return `whether ${counted(total(withUnknown, context, (waste) => waste.unknownTtls))} keys have a TTL is not known`;
}
