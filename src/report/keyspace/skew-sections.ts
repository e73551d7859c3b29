import type { SkewFacts, SlotLoad } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { roundTo } from "../format-value.js";
import { column, figureColumns, tableSection, type SectionPlace } from "./section-table.js";

/** Slots and tags that the table output prints. */
const shownRows = 8;

/** Where the keys lie: by node, and the heaviest slots and hash tags. */
export function skewSections(place: SectionPlace, skew: SkewFacts): Section[] {
  return [...nodesSection(place, skew), ...slotsSection(place, skew), ...tagsSection(place, skew)];
}

function nodesSection(place: SectionPlace, { nodes }: SkewFacts): Section[] {
  type Row = SkewFacts["nodes"][number];
  const total = nodes.reduce((sum, { bytes, keys }) => sum + (bytes ?? keys).value, 0);
  return tableSection<Row>(place, {
    id: "skew-nodes",
    title: "KEYS BY NODE",
    rows: nodes,
    // One node holds all; the first line says how much.
    ...(nodes.length === 1 ? { shownRows: 0 } : {}),
    columns: [
      column("node", "node", "text", null, ({ node }) => node),
      ...figureColumns<Row>(nodes, "keys", "keys", "count", 95, ({ keys }) => keys),
      ...figureColumns<Row>(nodes, "bytes", "bytes", "bytes", 100, ({ bytes }) => bytes),
      column("sharePercent", "share", "percent", 90, ({ bytes, keys }) =>
        total === 0 ? null : roundTo((100 * (bytes ?? keys).value) / total, 1),
      ),
      column("slots", "slots", "count", 80, ({ slots }) => slots),
    ],
  });
}

function slotsSection(place: SectionPlace, { slots }: SkewFacts): Section[] {
  return tableSection<SlotLoad>(place, {
    id: "skew-slots",
    title: "HEAVIEST HASH SLOTS",
    rows: slots,
    shownRows,
    columns: [
      // As text: a slot is a name, and 12,182 is not what CLUSTER SLOTS calls it.
      column("slot", "slot", "text", null, ({ slot }) => String(slot)),
      column("node", "node", "text", 90, ({ node }) => node),
      ...figureColumns<SlotLoad>(slots, "keys", "keys", "count", 95, ({ keys }) => keys),
      ...figureColumns<SlotLoad>(slots, "bytes", "bytes", "bytes", 100, ({ bytes }) => bytes),
      column("cpuMicroseconds", "CPU", "microseconds", 80, ({ cpuMicroseconds }) => cpuMicroseconds),
      column("networkBytes", "network", "bytes", 70, ({ networkBytes }) => networkBytes),
    ],
  });
}

function tagsSection(place: SectionPlace, { hashTags }: SkewFacts): Section[] {
  type Row = SkewFacts["hashTags"][number];
  // Outside a cluster a tag keeps nothing together, and one of a single key does not even in one.
  const heavy = hashTags.filter(({ keys, slot }) => slot !== null && keys.value > 1).length;
  return tableSection<Row>(place, {
    id: "hash-tags",
    title: "HEAVIEST HASH TAGS",
    rows: hashTags,
    shownRows: Math.min(shownRows, heavy),
    columns: [
      column("tag", "hash tag", "text", null, ({ tag }) => `{${tag}}`),
      ...figureColumns<Row>(hashTags, "keys", "keys", "count", 95, ({ keys }) => keys),
      ...figureColumns<Row>(hashTags, "bytes", "bytes", "bytes", 100, ({ bytes }) => bytes),
      column("slot", "slot", "text", 80, ({ slot }) => (slot === null ? null : String(slot))),
    ],
  });
}
