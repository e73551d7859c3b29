import type { NodeScan, ScanFacts } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { column, tableSection, type SectionPlace } from "./section-table.js";

/** How each node was read: what was seen of it, how fast, and what that cost it. */
export function scanSection(place: SectionPlace, { nodes, sampleRatio }: ScanFacts): Section[] {
  return tableSection<NodeScan>(place, {
    id: "scan",
    title: "SCAN",
    rows: nodes,
    columns: [
      column("node", "node", "text", null, ({ node }) => node),
      column("role", "role", "text", 50, ({ role }) => role),
      column("seenKeys", "seen", "count", 100, ({ seenKeys }) => seenKeys),
      column("expectedKeys", "of", "count", 95, ({ expectedKeys }) => expectedKeys),
      column("measuredKeys", "measured", "count", sampleRatio < 1 ? 94 : 0, ({ measuredKeys }) => measuredKeys),
      column("seconds", "took", "seconds", 90, ({ seconds }) => seconds),
      column("keysPerSecond", "keys/s", "count", 85, keysPerSecond),
      column("longestCommand", "longest command", "text", 80, longestText),
      column("longestCommandMs", "ms", "milliseconds", 0, ({ longestCommand }) => longestCommand?.milliseconds ?? null),
      column("addedLookups", "added lookups", "count", 75, ({ addedLookups }) => addedLookups),
      column("slowdowns", "slowdowns", "count", 70, ({ slowdowns }) => slowdowns),
      column("addedLatencyMs", "added latency", "milliseconds", 65, ({ addedLatencyMs }) => addedLatencyMs),
      column("vanishedKeys", "vanished", "count", 60, ({ vanishedKeys }) => vanishedKeys),
      column("deniedKeys", "denied", "count", 55, ({ deniedKeys }) => deniedKeys),
      column("commands", "commands", "count", 40, ({ commands }) => commands),
      column("gap", "not seen", "text", 58, ({ gap }) => gap),
    ],
  });
}

function keysPerSecond({ seenKeys, seconds }: NodeScan): number | null {
  return seconds > 0 ? Math.round(seenKeys / seconds) : null;
}

function longestText({ longestCommand }: NodeScan): string | null {
  if (longestCommand === null) return null;
  const { command, milliseconds, basis } = longestCommand;
  const time = `${Math.round(milliseconds * 100) / 100} ms`;
  // Only the slow log gives the time itself; the others say that it was no more.
  return `${command} ${basis === "slowlog" ? time : `≤ ${time}`}`;
}
