import type { WasteFacts, WasteItem } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { column, tableSection, type SectionPlace } from "./section-table.js";

/** What could be saved, and how that was estimated. */
export function wasteSection(place: SectionPlace, { items }: WasteFacts): Section[] {
  return tableSection<WasteItem>(place, {
    id: "waste",
    title: "WASTE (ESTIMATED)",
    rows: items,
    columns: [
      column("kind", "kind", "text", null, ({ kind }) => kind),
      column("pattern", "keys or group", "text", null, ({ pattern }) => pattern),
      column("keys", "keys", "count", 80, ({ keys }) => keys),
      column("bytes", "bytes", "bytes", 90, ({ bytes }) => bytes),
      column("savedBytes", "saves", "bytes", 100, ({ savedBytes }) => savedBytes),
      column("confidence", "confidence", "text", 70, ({ confidence }) => confidence),
      column("basis", "estimated", "text", 20, ({ basis }) => basis),
      column("advice", "advice", "text", 10, ({ advice }) => advice),
    ],
  });
}
