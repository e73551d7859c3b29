import type { EvictionResult } from "../../apply/eviction/carry-out-eviction.js";
import { observeTarget } from "../../collect/observe-target.js";
import type { ConfigRefusal } from "../../model/config-refusal.js";
import type { EvictionNode } from "../../model/eviction-node.js";
import type { EvictionPlan } from "../../model/eviction-plan.js";
import type { Report } from "../../model/report.js";
import { checkRequest, type EvictionRequest } from "../../plan/eviction/check-request.js";
import { planEviction } from "../../plan/eviction/plan-eviction.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { effectSection } from "../../report/evict-policy/effect-section.js";
import { planSections, planText } from "../../report/evict-policy/plan-sections.js";
import { settingsSection } from "../../report/evict-policy/settings-section.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun, type RunFrame } from "../begin-run.js";
import { lineOf } from "../cluster/again-line.js";
import { orThrow } from "../cluster/throw-refusal.js";
import type { Context } from "../context.js";
import { carryOut, evictionJournalPath } from "./carry-out.js";
import { dataNodes, onlyProfile, openTarget, stoppableClock, type OpenTarget } from "./open-target.js";
import { changeRefusals, lookAtExposure } from "./preflight.js";

export interface EvictPolicySetOptions {
  selection: ProfileSelection;
  request: EvictionRequest;
  /** The verb's own words, for the line that says how to go on. */
  words: readonly string[];
  persist: boolean;
  /** How long to watch afterwards; 0: not at all. */
  observeMs: number;
  keepGoing: boolean;
  /** `--journal FILE`; null: in the state directory. */
  journal: string | null;
  yes: boolean;
  dryRun: boolean;
}

/** Rates of before the change are taken over this at most: they are only to be compared with. */
const longestBeforeMs = 3_000;

/**
 * `cachectl evict-policy set`: judges the change on this fleet, shows it, asks, sets it node after node with each value read back,
 * and watches what it does. When a node fails, those before it are put back. Writes.
 */
export async function evictPolicySet(context: Context, options: EvictPolicySetOptions): Promise<Report> {
  const frame = beginRun(context);
  const profile = await onlyProfile(context, options.selection);
  const family = profile.kind === "memcached" ? "memcached" : "redis";
  const wanted = orThrow(checkRequest(options.request, family));
  const sampleMs = Math.min(options.observeMs, longestBeforeMs);
  const target = await openTarget(context, profile, { sampleMs, keepGoing: options.keepGoing });
  try {
    const { identity } = profile;
    const refusals = await changeRefusals(target, wanted);
    const plan = orThrow(
      planEviction({
        ...{ target: identity.name, family, dataRole: identity.role, wanted, refusals },
        nodes: target.nodes.filter(({ unreachable }) => unreachable === null),
        ...{ persist: options.persist && family === "redis", keepGoing: options.keepGoing },
        exposure: await lookAtExposure(context, target, wanted),
      }),
    );
    context.progress.stop();
    const left = [...leftOut(target.nodes, refusals), ...notFound(target)];
    const shown = planned(plan, target, left, frame);
    if (options.dryRun || plan.nodes.length === 0) return shown;
    await context.change.confirm(`${identity.name}: set ${planText(plan)}?`, options.yes, shown);
    const journal = options.journal ?? evictionJournalPath(context, identity.name);
    const result = await carryOut(context, target, plan, { journal, keepGoing: options.keepGoing });
    const after = await watch(context, target, result, options.observeMs);
    return carriedOut(context, options, { plan, target, result, left, after, journal, frame });
  } finally {
    context.progress.stop();
    target.fleet.close();
  }
}

interface LeftOut {
  step: string;
  reason: string;
}

/** Only with --keep-going: nodes that are known beforehand not to take the change. */
function leftOut(nodes: readonly EvictionNode[], refusals: Record<string, ConfigRefusal | null>): LeftOut[] {
  return nodes.flatMap(({ address, unreachable }) => {
    const refusal = refusals[address] ?? null;
    if (unreachable === null && refusal === null) return [];
    const reason = unreachable ?? `${refusal?.message ?? ""}. ${refusal?.hint ?? ""}`;
    return [{ step: `${address}: not changed`, reason: reason.replace(/\.$/, "") }];
  });
}

/** Only with --keep-going, too. */
function notFound({ observed }: OpenTarget): LeftOut[] {
  return observed.discoveryGaps.map((reason) => ({ step: "nodes that were not found: not changed", reason }));
}

function planned(plan: EvictionPlan, target: OpenTarget, left: readonly LeftOut[], frame: () => RunFrame): Report {
  const what = plan.nodes.length === 0 ? "every node has these values already" : `would set ${planText(plan)}`;
  const place = { target: plan.target, several: false };
  return verbReport({
    ...{ operation: plan.operation, status: left.length === 0 ? "success" : "partial", ...frame() },
    summary: `${plan.target}: ${what}. Nothing was changed.`,
    sections: [...planSections(plan), ...settingsSection(place, target.nodes)],
    notes: [...left.map(({ step, reason }) => `${step}: ${reason}.`)],
  });
}

/** The second sample; null where nothing changed or nobody wants it. The first signal ends it early. */
async function watch(
  context: Context,
  { fleet, profile }: OpenTarget,
  { changed }: EvictionResult,
  observeMs: number,
): Promise<EvictionNode[] | null> {
  if (changed.length === 0 || observeMs === 0 || context.change.stopRequested.aborted) return null;
  context.progress.update(`Watching evictions and hit rate for ${observeMs / 1000} s`);
  return dataNodes(await observeTarget(fleet, profile.identity, observeMs, stoppableClock(context)));
}

interface CarriedOut {
  plan: EvictionPlan;
  target: OpenTarget;
  result: EvictionResult;
  left: readonly LeftOut[];
  after: EvictionNode[] | null;
  journal: string;
  frame: () => RunFrame;
}

function carriedOut(context: Context, options: EvictPolicySetOptions, run: CarriedOut): Report {
  const { plan, target, result, left, after, journal, frame } = run;
  const failed = [...result.failed, ...left];
  const complete = failed.length === 0 && result.notDone.length === 0;
  const again = lineOf("evict-policy set", options.selection, options.words);
  const back = lineOf(
    "evict-policy rollback",
    options.selection,
    options.journal === null ? [] : ["--journal", journal],
  );
  return changeReport({
    ...{ operation: plan.operation, ...frame() },
    summary: summaryOf(plan, result),
    change: {
      ...{ complete, done: result.done, failed, notDone: result.notDone },
      // What a node that failed has now may be the new values.
      goOn: complete ? [] : result.changed.length + result.failed.length === 0 ? [again] : [again, back],
    },
    interrupted: context.change.stopRequested.aborted,
    sections: [...planSections(plan), ...(after === null ? [] : effectSection(plan.target, target.nodes, after))],
    notes: [
      ...result.notes,
      ...(result.changed.length === 0 ? [] : [`The values of before are in ${journal}; \`${back}\` puts them back.`]),
    ],
  });
}

function summaryOf(plan: EvictionPlan, { changed, rolledBack }: EvictionResult): string {
  if (changed.length === plan.nodes.length) return `${plan.target}: set ${planText(plan)}.`;
  if (rolledBack.length > 0 && changed.length === 0)
    return `${plan.target}: a node failed, so the ${rolledBack.length} changed before it were put back.`;
  return `${plan.target}: ${changed.length} of ${plan.nodes.length} nodes have the new values.`;
}
