import { readLastChange } from "../../apply/eviction/eviction-journal.js";
import { CachectlError } from "../../model/errors.js";
import type { EvictionNode } from "../../model/eviction-node.js";
import type { EvictionPlan, LastChange } from "../../model/eviction-plan.js";
import type { Report } from "../../model/report.js";
import { planRollback } from "../../plan/eviction/plan-rollback.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { planSections, planText } from "../../report/evict-policy/plan-sections.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import { lineOf } from "../cluster/again-line.js";
import { orThrow } from "../cluster/throw-refusal.js";
import type { Context } from "../context.js";
import { carryOut, evictionJournalPath } from "./carry-out.js";
import { onlyProfile, openTarget } from "./open-target.js";

export interface EvictPolicyRollbackOptions {
  selection: ProfileSelection;
  /** `--journal FILE`; null: that of the target, in the state directory. */
  journal: string | null;
  /** Put back what answers where a node does not. */
  keepGoing: boolean;
  yes: boolean;
  dryRun: boolean;
}

/** `cachectl evict-policy rollback`: puts back what the last `evict-policy set` of this target changed, where it is still so. Writes. */
export async function evictPolicyRollback(context: Context, options: EvictPolicyRollbackOptions): Promise<Report> {
  const frame = beginRun(context);
  const profile = await onlyProfile(context, options.selection);
  const { name } = profile.identity;
  const journal = options.journal ?? evictionJournalPath(context, name);
  const last = await readLastChange(journal, name);
  if (last === null) throw noChange(name, journal);
  const target = await openTarget(context, profile, { sampleMs: 0, keepGoing: options.keepGoing });
  try {
    const plan = orThrow(planRollback(name, last, target.nodes));
    context.progress.stop();
    const shown = verbReport({
      ...{ operation: plan.operation, status: "success", ...frame() },
      summary: `${name}: ${plan.nodes.length === 0 ? "every node has its values of before already" : `would put back ${planText(plan)}`}. Nothing was changed.`,
      sections: planSections(plan),
    });
    if (options.dryRun || plan.nodes.length === 0) return shown;
    await context.change.confirm(`${name}: put back ${planText(plan)}?`, options.yes, shown);
    const result = await carryOut(context, target, plan, { journal, keepGoing: true });
    const { done, notDone } = result;
    const failed = [...result.failed, ...silentNodes(target.nodes, last)];
    const complete = failed.length === 0 && notDone.length === 0;
    return changeReport({
      ...{ operation: plan.operation, ...frame(), sections: planSections(plan), notes: result.notes },
      summary: summaryOf(plan, result.changed.length),
      change: { complete, done, failed, notDone, goOn: complete ? [] : [againLine(options)] },
      interrupted: context.change.stopRequested.aborted,
    });
  } finally {
    context.progress.stop();
    target.fleet.close();
  }
}

/** Only with --keep-going: a later rollback finds them in the journal. */
function silentNodes(nodes: readonly EvictionNode[], last: LastChange): { step: string; reason: string }[] {
  return nodes.flatMap(({ address, unreachable }) =>
    unreachable !== null && last.nodes.some(({ node }) => node === address)
      ? [{ step: `${address}: not put back`, reason: unreachable }]
      : [],
  );
}

function summaryOf(plan: EvictionPlan, count: number): string {
  if (count === plan.nodes.length) return `${plan.target}: put back ${planText(plan)}.`;
  return `${plan.target}: ${count} of ${plan.nodes.length} nodes have their values of before again.`;
}

function againLine({ selection, journal }: EvictPolicyRollbackOptions): string {
  return lineOf("evict-policy rollback", selection, journal === null ? [] : ["--journal", journal]);
}

function noChange(target: string, journal: string): CachectlError {
  return new CachectlError(
    "usage",
    "no-change-to-roll-back",
    `there is no change of ${target} in ${journal}`,
    "Name the target as it was named then, or the journal of that run with --journal FILE.",
  );
}
