import type { DrillDeps, DrillEntry } from "../../apply/drill/drill-deps.js";
import { runDrill } from "../../apply/drill/run-drill.js";
import { openJournal } from "../../apply/journal.js";
import { collectDrillFacts } from "../../collect/drill-facts.js";
import { CachectlError } from "../../model/errors.js";
import type { Fleet } from "../../model/node-port.js";
import { formatEndpoint } from "../../model/node.js";
import type { Profile } from "../../model/profile.js";
import type { Report } from "../../model/report.js";
import type { DrillPlan } from "../../model/sentinel-drill.js";
import { planDrill } from "../../plan/sentinel/plan-drill.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { drillPlanReport, drillReport } from "../../report/sentinel/drill-report.js";
import { beginRun } from "../begin-run.js";
import { selectionWords } from "../cluster/again-line.js";
import { journalPath } from "../cluster/journal-path.js";
import type { Context } from "../context.js";
import { shellQuote } from "../../model/shell-quote.js";
import { openSentinelGroup, type SentinelGroup } from "./open-sentinel-group.js";

export interface DrillOptions {
  selection: ProfileSelection;
  /** The monitored name; null: the profile's, or the only one. */
  master: string | null;
  /** For each wait. Milliseconds. */
  deadlineMs: number;
  /** Writes of each of the two clients. */
  perSecond: number;
  /** `--journal FILE`; null: in the state directory. */
  journal: string | null;
  yes: boolean;
  dryRun: boolean;
}

/**
 * `cachectl sentinel drill`: fails a healthy group over under a ledger of writes, and says how long it took, what was lost and
 * who follows. Writes: one key that expires, and SENTINEL FAILOVER.
 *
 * @throws CachectlError usage (unfit, not confirmed) or unreached (cannot be judged): nothing was changed
 */
export async function failoverDrill(context: Context, options: DrillOptions): Promise<Report> {
  const frame = beginRun(context);
  const group = await openSentinelGroup(context, options.selection, options.master);
  try {
    context.progress.update(`Asking the sentinels of ${group.masterName}`);
    const plan = await makePlan(group);
    const key = `cachectl:drill:${Math.floor(context.random() * 36 ** 8).toString(36)}`;
    const planned = drillPlanReport(plan, { key, perSecond: options.perSecond }, frame());
    if (options.dryRun) return planned;
    refuseProtected(group.profile, options.yes);
    await context.change.confirm(question(plan), options.yes, planned);
    await recheck(plan, group);
    const outcome = await carryOut(context, plan, key, group, options);
    return drillReport(plan, outcome, {
      frame: frame(),
      nodes: group.fleet.nodes.map(({ identity }) => identity).filter(({ family }) => family === "redis"),
      goOn: goOn(options, plan),
      interrupted: context.change.stopRequested.aborted,
    });
  } finally {
    context.progress.stop();
    group.fleet.close();
  }
}

async function makePlan({ fleet, profile, masterName }: SentinelGroup): Promise<DrillPlan> {
  const answer = planDrill(
    await collectDrillFacts(fleet, { target: profile.identity.name, masterName, dialled: dialledBy(profile) }),
  );
  if (!("refused" in answer)) return answer;
  throw new CachectlError(answer.unjudged ? "unreached" : "usage", answer.code, answer.message, answer.hint);
}

/** Facts age while somebody reads the plan. */
async function recheck(plan: DrillPlan, group: SentinelGroup): Promise<void> {
  const { primary } = await makePlan(group);
  if (primary === plan.primary) return;
  throw new CachectlError(
    "usage",
    "group-changed",
    `${primary} has become the primary in place of ${plan.primary} meanwhile; nothing was changed`,
    "Run the command again to see the new plan.",
  );
}

/** A drill is an outage by intent: on such a profile a slip of the finger at the question is not enough. */
function refuseProtected({ identity }: Profile, yes: boolean): void {
  if (!identity.protected || yes) return;
  throw new CachectlError(
    "usage",
    "protected",
    `${identity.name} is protected, and a drill interrupts its writes; nothing was changed`,
    "Add --yes to do it all the same; --dry-run shows what would be done.",
  );
}

async function carryOut(
  context: Context,
  plan: DrillPlan,
  key: string,
  { fleet, profile }: SentinelGroup,
  { deadlineMs, perSecond, journal: path }: DrillOptions,
) {
  const { clock, stopRequested: stop } = context.change;
  const journal = await openJournal<DrillEntry>(path ?? journalPath(context, `${plan.target}.sentinel-drill`));
  const deps: DrillDeps = {
    ...{ clock, stop, deadlineMs, key, journal, intervalMs: 1000 / perSecond, dialled: dialledBy(profile) },
    nodeAt: nodeFinder(fleet),
    say: (title) => context.progress.update(title),
  };
  try {
    return await runDrill(plan, deps);
  } finally {
    await journal.close();
  }
}

function nodeFinder({ nodes }: Fleet): DrillDeps["nodeAt"] {
  const byAddress = new Map(nodes.map((node) => [node.identity.address, node]));
  return (address) => byAddress.get(address) ?? null;
}

function dialledBy({ natMap }: Profile): (announced: string) => string {
  return (announced) => {
    const mapped = natMap[announced];
    return mapped === undefined ? announced : formatEndpoint(mapped);
  };
}

function question({ masterName, primary, candidates }: DrillPlan): string {
  const to = candidates.map(({ address }) => address).join(" or ");
  return `Fail ${masterName} over from ${primary} to ${to}? Writes fail meanwhile, and some may be lost.`;
}

function goOn({ selection }: DrillOptions, { masterName }: DrillPlan): string[] {
  const words = [...selectionWords(selection), masterName].map(shellQuote).join(" ");
  return [`cachectl sentinel drill ${words} --dry-run`];
}
