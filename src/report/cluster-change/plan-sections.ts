import type { EvidenceUnit } from "../../model/finding.js";
import type { Section } from "../../model/report.js";
import type { BalanceMeasure, PrimaryShare, SlotMove, SlotPlan } from "../../model/slot-plan.js";
import { formatRanges } from "../../model/slot-ranges.js";
import { column, tableSection, type TableColumn } from "../keyspace/section-table.js";

/** A plan of slot moves: every primary before and after, and what goes where. The ids and keys are part of the JSON contract. */
export function planSections(plan: SlotPlan): Section[] {
  const place = { target: plan.target, several: false };
  return [
    ...tableSection<PrimaryShare>(place, {
      id: "shares",
      title: "BEFORE AND AFTER",
      rows: plan.shares,
      columns: [
        column("node", "primary", "text", null, ({ address }) => address),
        column("id", "id", "text", 0, ({ id }) => id),
        column("weight", "weight", "count", hasWeights(plan) ? 60 : 0, ({ weight }) => weight),
        column("slotsBefore", "slots before", "count", null, ({ slotsBefore }) => slotsBefore),
        column("slotsAfter", "after", "count", null, ({ slotsAfter }) => slotsAfter),
        column("slotsChange", "change", "text", 90, signedChange),
        ...loadColumns(plan.by),
      ],
    }),
    ...tableSection<SlotMove>(place, {
      id: "moves",
      title: "MOVES",
      rows: plan.moves,
      columns: [
        column("from", "from", "text", null, ({ from }) => from.address),
        column("to", "to", "text", null, ({ to }) => to.address),
        column("slotCount", "slots", "count", null, ({ slotCount }) => slotCount),
        column("keys", "keys, about", "count", 80, ({ keys }) => (keys === null ? null : Math.round(keys))),
        column("bytes", "bytes, about", "bytes", 70, ({ bytes }) => (bytes === null ? null : Math.round(bytes))),
        column("slots", "ranges", "text", 90, ({ slots }) => formatRanges(slots)),
      ],
    }),
  ];
}

function hasWeights({ shares }: SlotPlan): boolean {
  return new Set(shares.map(({ weight }) => weight)).size > 1;
}

function signedChange({ slotsBefore, slotsAfter }: PrimaryShare): string | null {
  const change = slotsAfter - slotsBefore;
  if (change === 0) return null;
  return change > 0 ? `+${change}` : String(change);
}

/** Of a plan by slots they are only for the JSON: they say the same as the columns beside them. */
function loadColumns(by: BalanceMeasure): TableColumn<PrimaryShare>[] {
  const [name, unit] = measures[by];
  const importance = (shown: number) => (by === "slots" ? 0 : shown);
  return [
    column("loadBefore", `${name} before`, unit, importance(85), ({ loadBefore }) => loadBefore),
    column("loadAfter", "after", unit, importance(84), ({ loadAfter }) => loadAfter),
    column("loadWanted", "its share", unit, importance(50), ({ loadWanted }) => loadWanted),
  ];
}

/** ops are µs of processor time per second where the servers measure them per slot. */
const measures: Record<BalanceMeasure, [name: string, unit: EvidenceUnit]> = {
  slots: ["slots", "count"],
  keys: ["keys", "count"],
  bytes: ["bytes", "bytes"],
  ops: ["ops", "count"],
};
