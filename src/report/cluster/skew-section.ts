import type { ClusterNode, ClusterTopology } from "../../model/cluster-topology.js";
import type { Section } from "../../model/report.js";
import { countSlots } from "../../model/slot-ranges.js";
import { roundTo } from "../format-value.js";
import { column, tableSection, type SectionPlace } from "../keyspace/section-table.js";

interface Skew {
  measure: string;
  heaviest: string | null;
  sharePercent: number | null;
  evenPercent: number;
  maxOverMean: number | null;
}

const measures: [name: string, of: (node: ClusterNode) => number | null][] = [
  ["slots", ({ slots }) => countSlots(slots)],
  ["keys", ({ keys }) => keys],
  ["bytes", ({ usedBytes }) => usedBytes],
  ["ops", ({ opsPerSecond }) => opsPerSecond],
];

/** How much more the fullest primary with slots has than the mean. Null where a primary's number is not known, or all are 0. */
export function clusterSkewSection(place: SectionPlace, { nodes }: ClusterTopology): Section[] {
  const primaries = nodes.filter(({ role, slots }) => role === "primary" && slots.length > 0);
  return tableSection<Skew>(place, {
    id: "skew",
    title: "SKEW OVER PRIMARIES WITH SLOTS",
    rows: primaries.length < 2 ? [] : measures.map(([measure, of]) => skewOf(measure, primaries, of)),
    columns: [
      column("measure", "of", "text", null, ({ measure }) => measure),
      column("maxOverMean", "max/mean", "ratio", null, ({ maxOverMean }) => maxOverMean),
      column("heaviest", "heaviest", "text", 90, ({ heaviest }) => heaviest),
      column("sharePercent", "its share", "percent", 80, ({ sharePercent }) => sharePercent),
      column("evenPercent", "even share", "percent", 70, ({ evenPercent }) => evenPercent),
    ],
  });
}

function skewOf(measure: string, primaries: readonly ClusterNode[], of: (node: ClusterNode) => number | null): Skew {
  const evenPercent = roundTo(100 / primaries.length, 1);
  const unknown = { measure, heaviest: null, sharePercent: null, evenPercent, maxOverMean: null };
  const values = primaries.map(of);
  const known = values.filter((value) => value !== null);
  const total = known.reduce((sum, value) => sum + value, 0);
  if (known.length < values.length || total === 0) return unknown;
  const most = Math.max(...known);
  return {
    measure,
    heaviest: primaries[values.indexOf(most)]?.address ?? null,
    sharePercent: roundTo((100 * most) / total, 1),
    evenPercent,
    maxOverMean: roundTo((most * primaries.length) / total, 3),
  };
}
