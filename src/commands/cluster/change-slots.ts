import type { MoveOptions } from "../../apply/move-types.js";
import { checkPlanFile, writePlanFile } from "../../collect/plan-file.js";
import type { ClusterTopology } from "../../model/cluster-topology.js";
import type { Report } from "../../model/report.js";
import type { SlotLoads } from "../../model/slot-loads.js";
import type { PlanRefusal, SlotPlan } from "../../model/slot-plan.js";
import { countSlots, formatRanges } from "../../model/slot-ranges.js";
import { estimateSeconds } from "../../plan/estimate-seconds.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { moveChange } from "../../report/cluster-change/move-change.js";
import { movedSections } from "../../report/cluster-change/moved-sections.js";
import { planSections } from "../../report/cluster-change/plan-sections.js";
import { planSize, timeNote } from "../../report/cluster-change/plan-text.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun, type RunFrame } from "../begin-run.js";
import type { Context } from "../context.js";
import { carryOutMoves } from "./carry-out-moves.js";
import { finishEarlierRun, type EarlierRun } from "./finish-earlier-run.js";
import { openCluster, type OpenCluster } from "./open-cluster.js";
import { orThrow } from "./throw-refusal.js";

/** What every verb that moves slots is asked. */
export interface SlotChangeOptions {
  selection: ProfileSelection;
  move: Omit<MoveOptions, "credentials">;
  /** `--journal FILE`; null: in the state directory. */
  journal: string | null;
  /** `--plan-out FILE`; null: the plan is only shown. */
  planOut: string | null;
  yes: boolean;
  dryRun: boolean;
}

export interface SlotChange {
  /** The verb's words joined by a hyphen. */
  operation: string;
  plan(cluster: OpenCluster, topology: ClusterTopology, loads: SlotLoads | null): SlotPlan | PlanRefusal;
  /** What each slot carries, where the plan needs it or its estimates gain by it. */
  loads(cluster: OpenCluster, topology: ClusterTopology): Promise<SlotLoads | null>;
}

/**
 * The way of every verb that moves slots: look, finish what an earlier run left open, plan, show, ask, carry out exactly that
 * plan, verify. With --dry-run or --plan-out nothing is changed.
 */
export async function changeSlots(context: Context, options: SlotChangeOptions, change: SlotChange): Promise<Report> {
  const frame = beginRun(context);
  if (options.planOut !== null) await checkPlanFile(options.planOut);
  const cluster = await openCluster(context, options.selection, (profile) => context.change.openFleet(profile));
  try {
    return await new SlotChangeRun(context, options, change, cluster, frame).run();
  } finally {
    context.progress.stop();
    cluster.fleet.close();
  }
}

class SlotChangeRun {
  private readonly target: string;
  private readonly move: MoveOptions;
  /** With --plan-out the plan is for `cluster apply`. */
  private readonly onlyPlan: boolean;

  constructor(
    private readonly context: Context,
    private readonly options: SlotChangeOptions,
    private readonly change: SlotChange,
    private readonly cluster: OpenCluster,
    private readonly frame: () => RunFrame,
  ) {
    this.target = cluster.profile.identity.name;
    this.move = { ...options.move, credentials: cluster.profile.credentials };
    this.onlyPlan = options.dryRun || options.planOut !== null;
  }

  async run(): Promise<Report> {
    const { context, options, change, cluster } = this;
    const earlier = await finishEarlierRun(context, cluster, {
      ...{ operation: change.operation, move: this.move, journal: options.journal },
      ...{ yes: options.yes, dryRun: this.onlyPlan },
    });
    if (this.onlyPlan && earlier.slots.length > 0) return this.wouldFinish(earlier);
    const loads = await change.loads(cluster, earlier.topology);
    const plan = orThrow(change.plan(cluster, earlier.topology, loads));
    if (options.planOut !== null) await writePlanFile(options.planOut, plan);
    if (this.onlyPlan) return this.planned(plan);
    if (plan.moves.length > 0)
      await context.change.confirm(`${this.target}: move ${planSize(plan)}?`, options.yes, this.planned(plan));
    return this.carriedOut(plan, earlier);
  }

  private async carriedOut(plan: SlotPlan, earlier: EarlierRun): Promise<Report> {
    const { context, cluster, options, change, target } = this;
    const result = await carryOutMoves(context, cluster, plan, { move: this.move, journal: options.journal });
    const outcome = moveChange(result, {
      target,
      before: finishedText(earlier),
    });
    return changeReport({
      ...{ operation: change.operation, change: outcome, ...this.frame() },
      summary: movedText(target, plan, result),
      interrupted: context.change.stopRequested.aborted && !outcome.complete,
      sections: [...planSections(plan), ...movedSections(target, result)],
      notes: [...plan.notes, ...earlier.notes, ...result.notes],
    });
  }

  private planned(plan: SlotPlan): Report {
    const { planOut } = this.options;
    const kept = planOut === null ? "" : ` The plan is in ${planOut}.`;
    const what = plan.moves.length === 0 ? "Nothing to move" : `Would move ${planSize(plan)}`;
    return verbReport({
      ...{ operation: this.change.operation, status: "success", ...this.frame() },
      summary: `${this.target}: ${what}. Nothing was changed.${kept}`,
      sections: planSections(plan),
      notes: [...plan.notes, ...timeNote(plan, estimateSeconds(plan))],
    });
  }

  /** What these slots hold, and who has them, shows only when they are settled: a plan made before that would be a guess. */
  private wouldFinish({ slots }: EarlierRun): Report {
    return verbReport({
      ...{ operation: this.change.operation, status: "success", ...this.frame() },
      summary: `${this.target}: an earlier run left ${countSlots(slots)} slots half-moved (${formatRanges(slots)}). Would finish them first, and plan then. Nothing was changed.`,
      notes: [
        "Run it without --dry-run and --plan-out: it finishes these slots, shows its plan, and asks before each.",
      ],
    });
  }
}

function finishedText({ slots, keys }: EarlierRun): string[] {
  if (slots.length === 0) return [];
  return [
    `finished the move of ${countSlots(slots)} slots (${formatRanges(slots)}) that an earlier run left half-moved, with ${keys} keys`,
  ];
}

function movedText(
  target: string,
  plan: SlotPlan,
  { moved }: { moved: readonly { slots: [number, number][] }[] },
): string {
  if (plan.moves.length === 0) return `${target}: nothing to move.`;
  const slots = moved.reduce((sum, part) => sum + countSlots(part.slots), 0);
  return slots === plan.totals.slots
    ? `${target}: all ${slots} slots were moved, and every node agrees on their owners.`
    : `${target}: ${slots} of ${plan.totals.slots} slots were moved.`;
}
