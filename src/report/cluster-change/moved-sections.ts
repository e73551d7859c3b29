import type { NodeRef } from "../../model/cluster-topology.js";
import type { Section } from "../../model/report.js";
import { countSlots, formatRanges, type SlotRange } from "../../model/slot-ranges.js";
import { roundTo } from "../format-value.js";
import { column, tableSection } from "../keyspace/section-table.js";

/** What a mover did, as far as the report tells it; the shape of apply's `MoveResult`. */
export interface MovedSlots {
  moved: readonly { from: NodeRef; to: NodeRef; slots: SlotRange[]; keys: number; engine: string }[];
  notMoved: readonly SlotsNotMoved[];
  keys: number;
  seconds: number;
  longestStallMs: number | null;
}

interface SlotsNotMoved {
  from: NodeRef;
  to: NodeRef;
  slots: SlotRange[];
  state: "not-begun" | "open";
  /** Left alone because of a signal, and not because something went wrong. */
  stopped: boolean;
  reason: string;
}

/** What was moved, what was not and why, and how fast it went. The ids and keys are part of the JSON contract. */
export function movedSections(target: string, result: MovedSlots): Section[] {
  const place = { target, several: false };
  const { keys, seconds, longestStallMs } = result;
  return [
    ...tableSection<MovedSlots["moved"][number]>(place, {
      id: "moved",
      title: "MOVED",
      rows: result.moved,
      columns: [
        column("from", "from", "text", null, ({ from }) => from.address),
        column("to", "to", "text", null, ({ to }) => to.address),
        column("slotCount", "slots", "count", null, ({ slots }) => countSlots(slots)),
        column("keys", "keys", "count", 80, (part) => part.keys),
        column("engine", "by", "text", 40, ({ engine }) => engineNames[engine] ?? engine),
        column("slots", "ranges", "text", 90, ({ slots }) => formatRanges(slots)),
      ],
    }),
    ...tableSection<MovedSlots["notMoved"][number]>(place, {
      id: "notMoved",
      title: "NOT MOVED",
      rows: result.notMoved,
      columns: [
        column("from", "from", "text", null, ({ from }) => from.address),
        column("to", "to", "text", null, ({ to }) => to.address),
        column("slotCount", "slots", "count", null, ({ slots }) => countSlots(slots)),
        column("state", "state", "text", 90, ({ state }) => (state === "open" ? "half-moved" : "not begun")),
        column("slots", "ranges", "text", 80, ({ slots }) => formatRanges(slots)),
        column("reason", "why", "text", 95, ({ reason }) => reason),
      ],
    }),
    ...tableSection(place, {
      id: "pace",
      title: "HOW IT WENT",
      rows: result.moved.length === 0 ? [] : [result],
      columns: [
        column("keys", "keys", "count", null, () => keys),
        column("seconds", "took", "seconds", null, () => roundTo(seconds, 3)),
        column("keysPerSecond", "keys/s", "count", null, () => (seconds > 0 ? Math.round(keys / seconds) : null)),
        column("longestStallMs", "longest stall", "milliseconds", null, () => longestStallMs),
      ],
    }),
  ];
}

const engineNames: Record<string, string> = {
  classic: "MIGRATE",
  migrateslots: "CLUSTER MIGRATESLOTS",
  import: "CLUSTER MIGRATION IMPORT",
};
