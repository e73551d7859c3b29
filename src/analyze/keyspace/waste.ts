import { handleId, type CloserLook, type KeyHandle } from "../../model/closer-look.js";
import type { Product } from "../../model/facts.js";
import type { WasteFacts, WasteItem, WasteKind } from "../../model/keyspace.js";
import type { CompactLimits } from "./compact-limits.js";
import { encodingCosts } from "./encoding-costs.js";
import type { WasteCounts } from "./waste-counts.js";
import { justOverLimit } from "./waste-just-over.js";
import type { GroupKind, WasteContext, WasteGroup } from "./waste-kind.js";
import { locksWithoutTtl, sessionsWithoutTtl } from "./waste-lasting.js";
import { nearEmptyCollections, tinyStrings } from "./waste-small-keys.js";
import { stuckGroups, untrimmedStreams } from "./waste-streams.js";
import { compressibleValues, jsonStrings, largeValues, longNames } from "./waste-values.js";

export interface WasteInput {
  groups: Iterable<{ pattern: string; statistics: { waste: WasteCounts }; samples: readonly KeyHandle[] }>;
  looks: readonly CloserLook[];
  /** Null: the nodes' settings could not be read. */
  limits: CompactLimits | null;
  /** Share of the keys that were measured. */
  ratio: number;
  /** Whether values were read. */
  canReadValues: boolean;
  /** What the nodes run, where they all run the same. Without it the savings are reckoned with the least costs of any. */
  server?: { product: Product; version: string } | null;
}

/** Less than this is worth nobody's time; one percent of a large fleet is, but so is 64 MB of it. */
const leastBytes = 1_000_000;
const mostFloorBytes = 64_000_000;

const groupKinds: readonly GroupKind[] = [
  justOverLimit,
  tinyStrings,
  largeValues,
  compressibleValues,
  jsonStrings,
  longNames,
  nearEmptyCollections,
  locksWithoutTtl,
  sessionsWithoutTtl,
];

/**
 * What would use less memory if it were kept otherwise, most bytes first, each with how the saving was estimated. A
 * small, tidy keyspace has none: an item is worth a megabyte and one percent of all bytes, or 64 MB.
 */
export function wasteFacts(input: WasteInput): WasteFacts {
  const groups = withLooks(input);
  const context = contextOf(input, groups);
  const streams = input.looks.filter(({ key, gone }) => key.type === "stream" && !gone);
  const items = [
    ...groupKinds.flatMap(({ inGroup }) => groups.flatMap((group) => inGroup(group, context))),
    ...untrimmedStreams.inStreams(streams, context),
    ...stuckGroups.inStreams(streams),
  ];
  const unknown = [
    ...groupKinds.flatMap((kind) => reasonOf(kind.kind, kind.unknown(groups, context))),
    ...reasonOf("untrimmed-streams", untrimmedStreams.unknown(groups, streams, context)),
    ...reasonOf("stuck-consumer-groups", stuckGroups.unknown(groups, streams, context)),
  ];
  return { items: items.sort(byWeight), unknown };
}

function withLooks({ groups, looks }: WasteInput): WasteGroup[] {
  const byKey = new Map(looks.map((look) => [handleId(look.key), look]));
  return [...groups].map(({ pattern, statistics, samples }) => ({
    pattern,
    waste: statistics.waste,
    looks: samples.flatMap((sample) => byKey.get(handleId(sample)) ?? []).filter(({ gone }) => !gone),
  }));
}

function contextOf({ limits, ratio, canReadValues, server = null }: WasteInput, groups: WasteGroup[]): WasteContext {
  const scale = (count: number) => Math.round(count / ratio);
  const allBytes = scale(groups.reduce((sum, { waste }) => sum + waste.bytes, 0));
  return {
    limits,
    costs: encodingCosts(server),
    serverKnown: server !== null,
    scale,
    floorBytes: Math.max(leastBytes, Math.min(mostFloorBytes, allBytes / 100)),
    canReadValues,
  };
}

function reasonOf(kind: WasteKind, reason: string | null): WasteFacts["unknown"] {
  return reason === null ? [] : [{ kind, reason }];
}

function byWeight(a: WasteItem, b: WasteItem): number {
  const saved = (b.savedBytes ?? -1) - (a.savedBytes ?? -1);
  if (saved !== 0) return saved;
  const bytes = (b.bytes ?? -1) - (a.bytes ?? -1);
  return bytes !== 0 ? bytes : a.pattern < b.pattern ? -1 : 1;
}
