import { CachectlError } from "../../model/errors.js";
import type { FixPlan } from "../../model/fix-plan.js";
import type { Report } from "../../model/report.js";
import { verbLine } from "../../model/shell-quote.js";
import { formatRanges } from "../../model/slot-ranges.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { fixLines, fixSections, fixSummary } from "../../report/cluster-fix/fix-sections.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { lookForFix, type FixLook } from "./fix-look.js";
import { repair, type RepairOptions } from "./fix-repair.js";
import { openCluster, type OpenCluster } from "./open-cluster.js";

export interface FixOptions extends RepairOptions {
  selection: ProfileSelection;
  /** Slots (`0-5460,7000`) or members whose keys may be lost. */
  acceptLossOf: string[];
  yes: boolean;
  dryRun: boolean;
}

/**
 * `cachectl cluster fix`: brings every slot to one owner, closed, with all its keys, in every member's view. Shows its plan first.
 * Writes; deletes no key.
 *
 * @throws CachectlError usage where nothing can be repaired without a decision (nothing was changed)
 */
export async function clusterFix(context: Context, options: FixOptions): Promise<Report> {
  const frame = beginRun(context);
  const cluster = await openCluster(context, options.selection, (profile) => context.change.openFleet(profile));
  try {
    const look = await steadyLook(context, cluster, options.acceptLossOf);
    const { plan } = look;
    const shown = { operation: "cluster-fix", sections: fixSections(plan), notes: plan.notes };
    const line = commandLine(plan.target, options);
    if (plan.steps.length === 0 && plan.leftAlone.length === 0)
      return verbReport({ ...shown, ...frame(), status: "success", summary: fixSummary(plan) });
    const planned = verbReport({
      ...{ ...shown, ...frame(), status: "success" },
      summary: `Would repair: ${fixSummary(plan)}`,
    });
    if (options.dryRun) return planned;
    if (plan.steps.length === 0) throw nothingPossible(plan);
    // Where nobody is asked, a log shows what was planned before it shows what came of it.
    if (options.yes) for (const text of fixLines(plan)) context.progress.note(text);
    await context.change.confirm(`Carry out these ${plan.steps.length} steps on ${plan.target}?`, options.yes, planned);
    const { result, after, unsettled } = await repair(context, cluster, look, options);
    const complete = after !== null && unsettled === null && isWhole(after.plan) && result.failed.length === 0;
    return changeReport({
      ...{ ...shown, notes: [...plan.notes, ...result.notes], ...frame() },
      change: {
        ...{ complete, done: result.done, notDone: [...result.notDone, ...remaining(after, plan)] },
        failed: [
          ...result.failed,
          ...(unsettled === null ? [] : [{ step: "See that all is well", reason: unsettled }]),
        ],
        goOn: complete ? [] : [...new Set([...waysOut(after?.plan ?? plan), line])],
      },
      interrupted: context.change.stopRequested.aborted && !complete,
      summary: complete
        ? "All 16,384 slots are served, none is open, and every member that answers sees the same."
        : "The cluster is not whole yet.",
    });
  } finally {
    context.progress.stop();
    cluster.fleet.close();
  }
}

/** Gossip and a failover that has just happened look like damage for a moment. */
const secondLookAfterMs = 1_000;

async function steadyLook(context: Context, cluster: OpenCluster, acceptLossOf: string[]): Promise<FixLook> {
  const first = await lookForFix(cluster, acceptLossOf);
  const { steps, leftAlone } = first.plan;
  // Two claims to one slot are not waited for: the server whose claim is older deletes its keys when it hears of the newer one.
  const isUrgent = steps.some(({ kind }) => kind === "renounce");
  if (isUrgent || (steps.length === 0 && leftAlone.length === 0)) return first;
  context.progress.update("Looking again: what is just spreading settles by itself");
  await context.change.clock.sleep(secondLookAfterMs);
  return lookForFix(cluster, acceptLossOf);
}

function isWhole({ steps, leftAlone }: FixPlan): boolean {
  return steps.length === 0 && leftAlone.length === 0;
}

/** What a fresh look still finds. */
function remaining(after: FixLook | null, { leftAlone }: FixPlan): string[] {
  const left = after?.plan.leftAlone ?? leftAlone;
  return left.map(({ slots, reason }) => `Slots ${formatRanges(slots)}: ${reason.replace(/\.$/, "")}`);
}

function waysOut({ leftAlone }: FixPlan): string[] {
  return leftAlone.flatMap(({ commands }) => commands);
}

function nothingPossible({ leftAlone }: FixPlan): CachectlError {
  const [first] = leftAlone;
  const more = leftAlone.length > 1 ? ` (and ${leftAlone.length - 1} more, see --dry-run)` : "";
  const command = first?.commands[0] === undefined ? "" : ` The line: ${first.commands[0]}`;
  return new CachectlError(
    "usage",
    "cluster-fix-refused",
    `slots ${formatRanges(first?.slots ?? [])}: ${first?.reason.replace(/\.$/, "") ?? ""}${more}; nothing was changed`,
    `${first?.hint ?? ""}${command}`,
  );
}

function commandLine(target: string, { acceptLossOf }: FixOptions): string {
  return [verbLine("cluster fix", target), ...acceptLossOf.map((loss) => `--accept-loss-of ${loss}`)].join(" ");
}
