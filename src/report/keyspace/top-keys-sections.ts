import type { TopKey, TopKeysFacts } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { column, tableSection, type SectionPlace, type TableColumn } from "./section-table.js";

/** Rows of a type's list that the table output prints: the list over all types comes before it. */
const shownOfType = 3;

/** Of keys as large as the last, where more of them are not listed: which ones are is only a matter of their names. */
const shownOfEqual = 3;

/** The largest keys overall, then those of each type, by bytes or by elements. */
export function topKeysSections(
  place: SectionPlace,
  by: "bytes" | "elements",
  { overall, byType, moreEqual }: TopKeysFacts,
  most: number,
): Section[] {
  const id = by === "bytes" ? "largest-keys" : "longest-keys";
  const title = by === "bytes" ? "LARGEST KEYS BY BYTES" : "LARGEST KEYS BY ELEMENTS";
  const types = Object.entries(byType).sort(([a], [b]) => a.localeCompare(b));
  const listed = overall.slice(0, most);
  const shown = new Set(listed.map(identityOf));
  return [
    ...tableSection(place, {
      id,
      title,
      rows: listed,
      columns: columnsOf(overall, by, true),
      shownRows: moreEqual > 0 ? countWithFewEqual(listed, by) : undefined,
    }),
    ...types.flatMap(([type, rows]) =>
      tableSection(place, {
        id: `${id}-${type}`,
        title: `${title}: ${type}`,
        rows: rows.slice(0, most),
        columns: columnsOf(rows, by, false),
        // Where the list above has the largest of the type, the next ones are too small to matter.
        shownRows: rows.slice(0, 1).every((row) => shown.has(identityOf(row))) ? 0 : shownOfType,
      }),
    ),
  ];
}

function countWithFewEqual(rows: readonly TopKey[], by: "bytes" | "elements"): number {
  const last = rows.at(-1)?.[by];
  return Math.min(rows.length, rows.filter((row) => row[by] !== last).length + shownOfEqual);
}

function columnsOf(rows: readonly TopKey[], by: "bytes" | "elements", typed: boolean): TableColumn<TopKey>[] {
  const severalNodes = new Set(rows.map(({ node }) => node)).size > 1;
  const severalDatabases = rows.some(({ database }) => database !== 0);
  // All that Memcached has.
  const severalTypes = rows.some(({ type }) => type !== "item");
  return [
    column("key", "key", "text", null, ({ key }) => key),
    column("type", "type", "text", typed && severalTypes ? 85 : 0, ({ type }) => type),
    column("bytes", "bytes", "bytes", by === "bytes" ? 100 : 80, ({ bytes }) => bytes),
    column("elements", "elements", "count", by === "elements" ? 100 : 75, ({ elements }) => elements),
    column("encoding", "encoding", "text", 55, ({ encoding }) => encoding),
    column("ttlSeconds", "TTL", "seconds", 65, ({ ttlMs }) => ttlCell(ttlMs)),
    column("idleSeconds", "idle", "seconds", 45, ({ idleSeconds }) => idleSeconds),
    column("node", "node", "text", severalNodes ? 70 : 0, ({ node }) => node),
    column("slot", "slot", "text", 35, ({ slot }) => (slot === null ? null : String(slot))),
    column("database", "db", "count", severalDatabases ? 60 : 0, ({ database }) => database),
  ];
}

function identityOf({ node, database, key }: TopKey): string {
  return JSON.stringify([node, database, key]);
}

/** The text `none` for a key that stays; null where it is not known. */
function ttlCell(ttlMs: number | null): number | string | null {
  if (ttlMs === null) return null;
  return ttlMs < 0 ? "none" : Math.round(ttlMs / 1_000);
}
