import type { Figure, TtlFacts } from "../../model/keyspace.js";
import type { Section } from "../../model/report.js";
import { formatDuration, roundTo } from "../format-value.js";
import { column, figureColumns, tableSection, type SectionPlace } from "./section-table.js";

/** Below this share of the keys with a TTL, the fullest minutes are no cliffs to look at. */
const shownFromPercent = 5;

interface TtlRow {
  left: string;
  fromSeconds: number | null;
  toSeconds: number | null;
  keys: Figure;
  bytes: Figure | null;
}

/** How long the keys have to live, the minutes in which most of them end, and the groups that stay. */
export function ttlSections(place: SectionPlace, ttls: TtlFacts): Section[] {
  return [...distribution(place, ttls), ...cliffs(place, ttls), ...groupsWithout(place, ttls)];
}

function distribution(place: SectionPlace, ttls: TtlFacts): Section[] {
  const stays = { left: "no TTL", fromSeconds: null, toSeconds: null };
  const rows: TtlRow[] = [
    { ...stays, keys: ttls.withoutTtl, bytes: ttls.withoutTtlBytes },
    ...ttls.distribution.map((bucket) => ({ ...bucket, left: rangeText(bucket.fromSeconds, bucket.toSeconds) })),
  ];
  const total = ttls.withTtl.value + ttls.withoutTtl.value;
  if (total === 0) return [];
  return tableSection<TtlRow>(place, {
    id: "ttl",
    title: "TIME TO LIVE",
    rows,
    columns: [
      column("left", "time left", "text", null, ({ left }) => left),
      ...figureColumns<TtlRow>(rows, "keys", "keys", "count", 95, ({ keys }) => keys),
      column("keysPercent", "share", "percent", 90, ({ keys }) => roundTo((100 * keys.value) / total, 1)),
      ...figureColumns<TtlRow>(rows, "bytes", "bytes", "bytes", 100, ({ bytes }) => bytes),
      column("fromSeconds", "from", "seconds", 0, ({ fromSeconds }) => fromSeconds),
      column("toSeconds", "to", "seconds", 0, ({ toSeconds }) => toSeconds),
    ],
  });
}

function cliffs(place: SectionPlace, { cliffs: rows }: TtlFacts): Section[] {
  type Row = TtlFacts["cliffs"][number];
  return tableSection<Row>(place, {
    id: "ttl-cliffs",
    title: "MINUTES IN WHICH MOST KEYS EXPIRE",
    rows,
    shownRows: rows.filter(({ percent }) => percent >= shownFromPercent).length,
    columns: [
      column("minute", "minute (UTC)", "text", null, ({ at }) => minuteText(at)),
      ...figureColumns<Row>(rows, "keys", "keys", "count", 100, ({ keys }) => keys),
      column("percent", "of keys with TTL", "percent", 90, ({ percent }) => roundTo(percent, 1)),
    ],
  });
}

function groupsWithout(place: SectionPlace, { groupsWithout: rows }: TtlFacts): Section[] {
  type Row = TtlFacts["groupsWithout"][number];
  return tableSection<Row>(place, {
    id: "groups-without-ttl",
    title: "KEYS WITHOUT TTL",
    rows,
    columns: [
      column("pattern", "pattern", "text", null, ({ pattern }) => pattern),
      ...figureColumns<Row>(rows, "keys", "keys", "count", 95, ({ keys }) => keys),
      ...figureColumns<Row>(rows, "bytes", "bytes", "bytes", 100, ({ bytes }) => bytes),
    ],
  });
}

function rangeText(fromSeconds: number, toSeconds: number | null): string {
  if (toSeconds === null) return `over ${durationText(fromSeconds)}`;
  return fromSeconds === 0
    ? `under ${durationText(toSeconds)}`
    : `${durationText(fromSeconds)} to ${durationText(toSeconds)}`;
}

/** A bound in whole units: `1 min`, where a measured duration would be `60 s`. */
function durationText(seconds: number): string {
  const [size, unit] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
  ].find(([length]) => seconds % Number(length) === 0) ?? [1, "s"];
  return size === 1 ? formatDuration(seconds) : `${seconds / Number(size)} ${unit}`;
}

/** `2026-11-20 13:05` */
function minuteText(unixSeconds: number): string {
  return new Date(unixSeconds * 1_000).toISOString().slice(0, 16).replace("T", " ");
}
