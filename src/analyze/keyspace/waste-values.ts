import type { ValueLook } from "../../model/closer-look.js";
import { counted, total, type GroupKind, type WasteContext, type WasteGroup } from "./waste-kind.js";
import { largeValueBytes, longNameBytes } from "./waste-counts.js";

/** Strings over 100,000 bytes: RedisInsight's limit. Each read or write of one holds the server and a connection's buffer. */
export const largeValues: GroupKind = {
  kind: "large-values",

  inGroup({ pattern, waste }, { scale, floorBytes }) {
    if (waste.largeValues === 0 || scale(waste.largeValueBytes) < floorBytes) return [];
    return [
      {
        kind: "large-values",
        pattern,
        keys: scale(waste.largeValues),
        bytes: scale(waste.largeValueBytes),
        savedBytes: null,
        confidence: "high",
        basis: `strings over ${counted(largeValueBytes)} bytes, ${counted(waste.largeValueBytes / waste.largeValues)} on average; what splitting or moving them saves depends on the application`,
        advice:
          "Split them, compress them in the client, or keep them in an object store with the cache holding the reference: each read copies the whole value through the server's one thread.",
      },
    ];
  },

  unknown: unknownSizes,
};

/** Values below this gain nothing by compression: the header and the client's work outweigh it. */
const fewestCompressedBytes = 256;

/** A value that keeps more than this share is not worth the processor time. */
const worthwhileRatio = 0.6;

/** Strings that a compressor would shrink by 40 % or more, judged by a few of them. */
export const compressibleValues: GroupKind = {
  kind: "compressible-values",

  inGroup(group, { scale, floorBytes }) {
    const values = valuesOf(group).filter(({ length }) => length >= fewestCompressedBytes);
    const all = valuesOf(group).length;
    if (values.length === 0) return [];
    const ratio = meanRatio(values);
    if (ratio > worthwhileRatio) return [];
    const { pattern, waste } = group;
    // Of the strings, as many as among those that were read are long enough.
    const bytes = waste.stringBytes * (bytesOf(values) / bytesOf(valuesOf(group)));
    const savedBytes = scale(bytes * (1 - ratio));
    if (savedBytes < floorBytes) return [];
    const spread = Math.max(...values.map(deflated)) - Math.min(...values.map(deflated));
    return [
      {
        kind: "compressible-values",
        pattern,
        keys: scale(waste.strings * (values.length / all)),
        bytes: scale(bytes),
        savedBytes,
        confidence: values.length >= 3 && spread <= 0.2 ? "medium" : "low",
        basis: `from ${all} ${all === 1 ? "value" : "values"} read of ${counted(scale(waste.strings))}: deflate leaves ${Math.round(ratio * 100)} % of their first ${counted(Math.max(...values.map(({ readBytes }) => readBytes)))} bytes`,
        advice:
          "Compress the values in the client (zstd or LZ4 with a level of 1 to 3, a dictionary for short ones). The processor time moves to the clients, and no server command can look into them any more.",
      },
    ];
  },

  unknown: unreadValues,
};

/** Strings that hold JSON documents. */
export const jsonStrings: GroupKind = {
  kind: "json-strings",

  inGroup(group, { scale, floorBytes }) {
    const values = valuesOf(group);
    const documents = values.filter(({ json }) => json).length;
    const { pattern, waste } = group;
    const bytes = scale(waste.stringBytes);
    if (documents * 2 < values.length || documents === 0 || bytes < floorBytes) return [];
    return [
      {
        kind: "json-strings",
        pattern,
        keys: scale(waste.strings * (documents / values.length)),
        bytes: Math.round(bytes * (documents / values.length)),
        savedBytes: null,
        confidence: values.length >= 3 && documents === values.length ? "medium" : "low",
        basis: `${documents} of ${values.length} values read (of ${counted(scale(waste.strings))}) are JSON; what another form saves depends on how they are used`,
        advice:
          "Where single fields are read or changed, use a hash (HGET, HINCRBY) or the JSON type: the whole document then no longer travels each time. Where the document is always used whole, compress it or use a binary form such as MessagePack.",
      },
    ];
  },

  unknown: unreadValues,
};

/** As long as a name may be that says what it is about: `service:entity:` and a UUID. */
const sufficientNameBytes = 50;

/** Names of over 100 bytes: each key has its own copy. */
export const longNames: GroupKind = {
  kind: "long-names",

  inGroup({ pattern, waste }, { scale, floorBytes }) {
    const savedBytes = scale(waste.longNameBytes - waste.longNames * sufficientNameBytes);
    if (waste.longNames === 0 || savedBytes < floorBytes) return [];
    return [
      {
        kind: "long-names",
        pattern,
        keys: scale(waste.longNames),
        bytes: scale(waste.longNameBytes),
        savedBytes,
        confidence: "low",
        basis: `names over ${longNameBytes} bytes, ${counted(waste.longNameBytes / waste.longNames)} on average, as if each were ${sufficientNameBytes} bytes long`,
        advice:
          "Shorten the names: abbreviate their fixed parts, and put a hash of the variable part in its place (128 bits in base64 are 22 bytes). The clients have to change together.",
      },
    ];
  },

  unknown: () => null,
};

function valuesOf({ looks }: WasteGroup): ValueLook[] {
  return looks.flatMap(({ value }) => value ?? []);
}

function bytesOf(values: ValueLook[]): number {
  return values.reduce((sum, { length }) => sum + length, 0);
}

/** Weighted by length, since the long ones decide what is saved. */
function meanRatio(values: ValueLook[]): number {
  return values.reduce((sum, value) => sum + value.length * deflated(value), 0) / bytesOf(values);
}

function deflated({ deflatedRatio }: ValueLook): number {
  return Math.min(1, deflatedRatio);
}

function unknownSizes(groups: readonly WasteGroup[], context: WasteContext): string | null {
  const unmeasured = total(groups, context, (waste) => waste.unmeasured);
  return unmeasured === 0 ? null : `the bytes of ${counted(unmeasured)} keys are not known`;
}

function unreadValues(groups: readonly WasteGroup[], context: WasteContext): string | null {
  const heavy = groups.filter(({ waste }) => context.scale(waste.stringBytes) >= context.floorBytes);
  const unread = heavy.filter((group) => valuesOf(group).length === 0);
  if (unread.length === 0) return unknownSizes(groups, context);
  if (!context.canReadValues) return "no values were read (that resets idle times before 7.2, and can be switched off)";
  const strings = total(unread, context, (waste) => waste.strings);
  return `no value was read of ${counted(strings)} strings, such as ${unread[0]?.pattern ?? ""}: not among the largest groups, gone, or refused`;
}
