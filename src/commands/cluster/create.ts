import { createCluster, type CreateDeps } from "../../apply/create-cluster.js";
import type { CreatePlan } from "../../model/create-plan.js";
import type { Profile } from "../../model/profile.js";
import type { Report } from "../../model/report.js";
import { checkNewNodes } from "../../plan/check-new-nodes.js";
import { planCreate } from "../../plan/plan-create.js";
import { changeReport } from "../../report/change-report.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { createLine, type CreateRequest } from "./create-request.js";
import { placementSection } from "./placement-section.js";
import { parseNodes, probeNewNodes, type NamedEndpoint, type ProbedNodes } from "./probe-new-nodes.js";
import { profileForNodes } from "./profile-for-nodes.js";
import { refuseNodes } from "./refuse-nodes.js";
import { orThrow } from "./throw-refusal.js";

export interface CreateOptions extends CreateRequest {
  yes: boolean;
  dryRun: boolean;
  /** For each step that waits for the nodes. Milliseconds. */
  deadlineMs: number;
  /** Only for tests. */
  onStep?: CreateDeps["onStep"];
}

/**
 * `cachectl cluster create`: a cluster of empty nodes. Everything that is wrong is found before anything is changed; what an
 * earlier run of the same command has done is recognised and gone on from. Writes.
 */
export async function createNewCluster(context: Context, options: CreateOptions): Promise<Report> {
  const frame = beginRun(context);
  const profile = await profileForNodes(context, options);
  const endpoints = options.nodes.length > 0 ? parseNodes(options.nodes) : seedsOf(profile);
  const plan = orThrow(
    planCreate(endpoints, {
      replicas: options.replicas,
      zones: { ...profile.identity.zones, ...options.zones },
      allowFewPrimaries: options.allowFewPrimaries,
    }),
  );
  context.progress.update(`Asking ${endpoints.length} nodes`);
  const probed = await probeNewNodes(context, profile, endpoints);
  try {
    refuseNodes("cluster-create-refused", [...probed.problems, ...checkNewNodes(plan, probed.nodes)]);
    const shown = { sections: [placementSection(plan)], notes: plan.notes };
    const planned = verbReport({
      ...{ operation: "cluster-create", status: "success", ...shown, ...frame() },
      summary: `Would create a cluster of ${shapeOf(plan)}. Every node was asked and is fit for it; nothing was changed.`,
    });
    if (options.dryRun) return planned;
    await context.change.confirm(`Create a cluster of ${shapeOf(plan)}?`, options.yes, planned);
    const result = await carryOut(context, plan, probed, options);
    const complete = result.failed.length === 0 && result.notDone.length === 0;
    const ways = [createLine(options, false), createLine(options, true)];
    return changeReport({
      ...{ operation: "cluster-create", ...shown, ...frame() },
      change: { ...result, complete, goOn: complete ? [] : ways },
      interrupted: context.change.stopRequested.aborted && !complete,
      summary: complete
        ? `A cluster of ${shapeOf(plan)} serves all slots.`
        : "The cluster is not complete: run the same command again, or take everything back with --undo.",
    });
  } finally {
    probed.fleet.close();
  }
}

function carryOut(context: Context, plan: CreatePlan, { nodes }: ProbedNodes, options: CreateOptions) {
  const { clock, stopRequested: stop } = context.change;
  const say = (title: string) => context.progress.update(title);
  const { deadlineMs, onStep } = options;
  return createCluster(
    plan,
    nodes.map((node) => ({ ...node, planned: node.address, id: node.state.id ?? "" })),
    { clock, stop, deadlineMs, say, ...(onStep === undefined ? {} : { onStep }) },
  );
}

function seedsOf(profile: Profile): NamedEndpoint[] {
  return parseNodes(
    profile.seeds.flatMap((seed) => ("path" in seed ? [seed.path] : [`${bracketed(seed.host)}:${seed.port}`])),
  );
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function shapeOf({ primaries }: CreatePlan): string {
  const replicas = primaries.reduce((sum, primary) => sum + primary.replicas.length, 0);
  const count = (n: number, word: string, many: string) => `${n} ${n === 1 ? word : many}`;
  return `${count(primaries.length, "primary", "primaries")} and ${count(replicas, "replica", "replicas")}`;
}
