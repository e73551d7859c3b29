import type { KeyGroup, KeyGroupsFacts } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { roundTo } from "../format-value.js";
import { column, figureColumns, tableSection, type SectionPlace } from "./section-table.js";

/** Groups below this share of the bytes are printed only where there are few. */
const shownFromPercent = 0.1;
const fewGroups = 10;

/** What eats the memory: a row for each pattern of names, most bytes first. */
export function groupsSection(place: SectionPlace, { groups: all }: KeyGroupsFacts, most: number): Section[] {
  const groups = all.slice(0, most);
  // All that Memcached has.
  const severalTypes = groups.some(({ types }) => Object.keys(types).some((type) => type !== "item"));
  return tableSection<KeyGroup>(place, {
    id: "groups",
    title: "KEYS BY PATTERN",
    rows: groups,
    shownRows: Math.max(fewGroups, groups.filter(({ sharePercent }) => sharePercent >= shownFromPercent).length),
    columns: [
      column("pattern", "pattern", "text", null, ({ pattern }) => pattern),
      ...figureColumns<KeyGroup>(groups, "keys", "keys", "count", 95, ({ keys }) => keys),
      ...figureColumns<KeyGroup>(groups, "bytes", "bytes", "bytes", 100, ({ bytes }) => bytes),
      column("sharePercent", "share", "percent", 90, ({ sharePercent }) => roundTo(sharePercent, 1)),
      column("averageBytes", "average", "bytes", 60, ({ averageBytes }) => rounded(averageBytes)),
      column("largestBytes", "largest", "bytes", 55, ({ largestBytes }) => largestBytes),
      column("withoutTtlPercent", "no TTL", "percent", 80, withoutTtlPercent),
      column("ttlP50Seconds", "TTL p50", "seconds", 70, ({ ttlSeconds }) => rounded(ttlSeconds?.p50 ?? null)),
      column("ttlP90Seconds", "TTL p90", "seconds", 40, ({ ttlSeconds }) => rounded(ttlSeconds?.p90 ?? null)),
      column("types", "types", "text", severalTypes ? 65 : 0, ({ types }) => mixText(types)),
      column("encodings", "encodings", "text", 30, ({ encodings }) => mixText(encodings)),
      column("idleP50Seconds", "idle p50", "seconds", 45, ({ idleSeconds }) => rounded(idleSeconds?.p50 ?? null)),
      column("neverFetchedPercent", "never read", "percent", 50, ({ neverFetchedPercent }) =>
        neverFetchedPercent === null ? null : roundTo(neverFetchedPercent, 1),
      ),
      column("averageNameBytes", "name", "bytes", 20, ({ averageNameBytes }) => rounded(averageNameBytes)),
      column("example", "example", "text", 10, ({ example }) => example),
    ],
  });
}

function withoutTtlPercent({ withoutTtl, keys }: KeyGroup): number | null {
  return withoutTtl === null || keys.value === 0 ? null : roundTo((100 * withoutTtl.value) / keys.value, 1);
}

/** `hash`, or `hash 90 %, string 10 %`; null where none was seen. */
function mixText(counts: Record<string, number>): string | null {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  const [first] = entries;
  if (first === undefined || total === 0) return null;
  if (entries.length === 1) return first[0];
  return entries.map(([name, count]) => `${name} ${shareText(count / total)}`).join(", ");
}

function shareText(share: number): string {
  return share < 0.01 ? "<1 %" : `${Math.round(100 * share)} %`;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
