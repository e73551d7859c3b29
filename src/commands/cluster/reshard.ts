import type { Report } from "../../model/report.js";
import type { SlotRange } from "../../model/slot-ranges.js";
import { planReshard } from "../../plan/plan-reshard.js";
import type { Context } from "../context.js";
import { changeSlots, type SlotChangeOptions } from "./change-slots.js";
import { primaryId } from "./rebalance.js";
import { slotLoads } from "./slot-loads.js";

export interface ReshardVerbOptions extends SlotChangeOptions {
  /** Primaries that give; empty: all others. */
  from: readonly string[];
  to: string;
  slots: number | SlotRange[];
}

/** `cachectl cluster reshard`: so many slots, or exactly these, to one primary. Writes. */
export function reshard(context: Context, options: ReshardVerbOptions): Promise<Report> {
  return changeSlots(context, options, {
    operation: "cluster-reshard",
    loads: (cluster, topology) => slotLoads(context, cluster, topology, "slots"),
    plan: ({ profile }, topology, loads) =>
      planReshard(topology, {
        ...{ target: profile.identity.name, loads, slots: options.slots },
        from: options.from.map((node) => primaryId(topology, node)),
        to: primaryId(topology, options.to),
      }),
  });
}
