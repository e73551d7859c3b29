import { readPlanFile } from "../../collect/plan-file.js";
import type { Report } from "../../model/report.js";
import { checkPlanFits } from "../../plan/check-plan-fits.js";
import { parseSlotPlan } from "../../plan/parse-slot-plan.js";
import type { Context } from "../context.js";
import { changeSlots, type SlotChangeOptions } from "./change-slots.js";
import { orThrow, throwRefusal } from "./throw-refusal.js";

export interface ApplyOptions extends SlotChangeOptions {
  /** What `--plan-out` wrote. */
  file: string;
}

/**
 * `cachectl cluster apply FILE`: carries out exactly the plan that `--plan-out` wrote, for the cluster that it was made for as it
 * was then. Writes.
 */
export async function apply(context: Context, options: ApplyOptions): Promise<Report> {
  const plan = orThrow(parseSlotPlan(await readPlanFile(options.file)));
  return changeSlots(context, options, {
    operation: "cluster-apply",
    loads: () => Promise.resolve(null),
    plan: ({ profile }, topology) => {
      throwRefusal(checkPlanFits(plan, topology));
      // Its name may be another one today; the fingerprint says that it is the same cluster.
      return { ...plan, operation: "cluster-apply", target: profile.identity.name };
    },
  });
}
