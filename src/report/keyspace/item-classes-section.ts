import type { ItemClass, ItemClassFacts } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { roundTo } from "../format-value.js";
import { column, tableSection, type SectionPlace } from "./section-table.js";

/** Classes that the table output prints: a server has up to 63. */
const shownRows = 10;

/** Memcached's slab classes, each with its verdict. */
export function itemClassesSection(place: SectionPlace, { classes }: ItemClassFacts): Section[] {
  const severalNodes = new Set(classes.map(({ node }) => node)).size > 1;
  return tableSection<ItemClass>(place, {
    id: "item-classes",
    title: "SLAB CLASSES",
    rows: classes,
    shownRows,
    columns: [
      column("node", "node", "text", severalNodes ? 95 : 0, ({ node }) => node),
      column("slabClass", "class", "count", null, ({ slabClass }) => slabClass),
      column("chunkBytes", "chunk", "bytes", 80, ({ chunkBytes }) => chunkBytes),
      column("items", "items", "count", 90, ({ items }) => items),
      column("itemBytes", "bytes", "bytes", 100, ({ itemBytes }) => itemBytes),
      column("wastedPercent", "wasted", "percent", 75, ({ wastedPercent }) => tenth(wastedPercent)),
      column("neverFetchedPercent", "never read", "percent", 70, (row) => tenth(row.neverFetchedPercent)),
      column("evicted", "evicted", "count", 60, ({ evicted }) => evicted),
      column("verdict", "verdict", "text", 85, ({ verdict }) => verdict),
    ],
  });
}

function tenth(percent: number | null): number | null {
  return percent === null ? null : roundTo(percent, 1);
}
