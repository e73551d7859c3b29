import type { HotKey, HotKeysFacts } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { formatDuration, roundTo } from "../format-value.js";
import { column, tableSection, type SectionPlace } from "./section-table.js";

/** The keys that are used most, in the terms of the method that watched them. */
export function hotKeysSection(place: SectionPlace, { keys, metric, seconds }: HotKeysFacts): Section[] {
  return tableSection<HotKey>(place, {
    id: "hot-keys",
    title: seconds === null ? "HOT KEYS" : `HOT KEYS IN ${formatDuration(seconds)}`,
    rows: keys,
    columns: [
      column("key", "key", "text", null, ({ key }) => key),
      column("score", metric, "count", 100, ({ score }) => score),
      column("percent", "of its node", "percent", 90, ({ percent }) => (percent === null ? null : roundTo(percent, 1))),
      column("node", "node", "text", 80, ({ node }) => node),
      column("slot", "slot", "text", 70, ({ slot }) => (slot === null ? null : String(slot))),
    ],
  });
}
