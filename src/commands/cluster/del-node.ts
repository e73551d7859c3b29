import { removeNodes } from "../../apply/remove-nodes.js";
import type { StepResult } from "../../apply/run-steps.js";
import type { ClusterObstacle, ClusterTopology } from "../../model/cluster-topology.js";
import type { Report, Section } from "../../model/report.js";
import { CachectlError } from "../../model/errors.js";
import { findMember } from "../../plan/find-member.js";
import { planRemoval, type RemovalPlan } from "../../plan/plan-removal.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { againLine } from "./again-line.js";
import { drainMembers } from "./drain-members.js";
import { openCluster, type OpenCluster } from "./open-cluster.js";
import { orThrow } from "./throw-refusal.js";
import { waitUntilSettled } from "./wait-until-settled.js";
import { withClusterLock } from "./with-cluster-lock.js";

export interface DelNodeOptions {
  selection: ProfileSelection;
  /** Addresses, ids or beginnings of ids. */
  nodes: readonly string[];
  allowFewPrimaries: boolean;
  yes: boolean;
  dryRun: boolean;
  deadlineMs: number;
}

/** `cachectl cluster del-node`: drains, finds new primaries for replicas, and takes nodes out, dead ones too. Writes. */
export async function delNode(context: Context, options: DelNodeOptions): Promise<Report> {
  const frame = beginRun(context);
  const cluster = await openCluster(context, options.selection, (profile) => context.change.openFleet(profile));
  try {
    const target = cluster.profile.identity.name;
    const removal = planFor(cluster, cluster.topology, options);
    const intent = steps(removal);
    const planned = verbReport({
      ...{ operation: "cluster-del-node", status: "success", sections: [planSection(intent)], ...frame() },
      summary: `Would remove ${names(removal)} from ${target}; nothing was changed.`,
    });
    if (options.dryRun) return planned;
    await context.change.confirm(`Remove ${names(removal)} from ${target}?`, options.yes, planned);
    const result = await carryOut(context, cluster, removal, options);
    const complete = result.failed.length === 0 && result.notDone.length === 0;
    return changeReport({
      ...{ operation: "cluster-del-node", ...frame() },
      change: { ...result, complete, goOn: complete ? [] : [sameLine(options)] },
      interrupted: context.change.stopRequested.aborted && !complete,
      summary: complete
        ? `${names(removal)} ${removal.removed.length === 1 ? "is" : "are"} no longer in ${target}.`
        : `${names(removal)}: not removed from ${target} yet.`,
    });
  } finally {
    cluster.fleet.close();
  }
}

function planFor(
  { profile }: OpenCluster,
  topology: ClusterTopology,
  { nodes, allowFewPrimaries }: Pick<DelNodeOptions, "nodes" | "allowFewPrimaries">,
): RemovalPlan {
  const ids = nodes.map((text) => orThrow(findMember(topology, text)).id);
  return orThrow(planRemoval(topology, ids, { target: profile.identity.name, allowFewPrimaries }));
}

/** What a dead node that is to be removed looks like from outside; of every other, `planRemoval` has seen that it answers. */
const ofDeadNodes: readonly ClusterObstacle["code"][] = ["node-unreachable", "node-failing", "discovery-gap"];

async function carryOut(
  context: Context,
  cluster: OpenCluster,
  removal: RemovalPlan,
  options: DelNodeOptions,
): Promise<StepResult> {
  const tolerated = removal.removed.some(({ reachable }) => !reachable) ? ofDeadNodes : [];
  const drained = await drainMembers(context, cluster, removal, tolerated);
  if (drained.failed.length > 0 || drained.notDone.length > 0)
    return { ...drained, notDone: [...drained.notDone, ...afterDrain(removal)] };
  const rest = await takeOut(context, cluster, { removal, tolerated, isDrained: drained.done.length > 0 }, options);
  return { ...rest, done: [...drained.done, ...rest.done] };
}

interface TakingOut {
  removal: RemovalPlan;
  tolerated: readonly ClusterObstacle["code"][];
  isDrained: boolean;
}

async function takeOut(
  context: Context,
  cluster: OpenCluster,
  { removal, tolerated, isDrained }: TakingOut,
  options: DelNodeOptions,
): Promise<StepResult> {
  const left = afterDrain(removal);
  try {
    return await withClusterLock(context, cluster, "cluster-del-node", async (stop) => {
      // Drained primaries and their replicas may have found new primaries by themselves (allow-replica-migration).
      const otherwise = isDrained ? "no node was taken out" : "nothing was changed";
      const nodes = removal.removed.map(({ id }) => id);
      const topology = await waitUntilSettled(context, cluster, { tolerated, leaving: nodes, otherwise });
      const now = planFor(cluster, topology, { nodes, allowFewPrimaries: true });
      const { clock } = context.change;
      return removeNodes(removalOf(cluster, topology, now), {
        ...{ clock, stop, deadlineMs: options.deadlineMs },
        say: (title) => context.progress.update(title),
      });
    });
  } catch (error) {
    // Once slots have moved, an error alone would hide that from the report.
    if (!isDrained || !(error instanceof CachectlError)) throw error;
    if (error.kind === "interrupted") return { done: [], failed: [], notDone: left };
    const step = "go on after the slots were moved";
    return {
      done: [],
      failed: [{ step, reason: `${error.message}. ${error.hint}`.replace(/\.$/, "") }],
      notDone: left,
    };
  }
}

function removalOf(cluster: OpenCluster, { nodes }: ClusterTopology, { removed, rehome }: RemovalPlan) {
  const gone = new Set(removed.map(({ id }) => id));
  const withNode = ({ id, address }: { id: string; address: string }) => {
    const node = cluster.nodeOf(id);
    return node === null ? [] : [{ id, address, node }];
  };
  return {
    removed: removed.map(({ id, address, reachable }) => ({
      id,
      address,
      node: reachable ? cluster.nodeOf(id) : null,
    })),
    staying: nodes.filter(({ id }) => !gone.has(id)).flatMap(withNode),
    rehomed: rehome.flatMap(({ replica, primary }) =>
      withNode(replica).map((found) => ({ ...found, follows: primary })),
    ),
  };
}

function steps({ removed, drain: drained, rehome }: RemovalPlan): string[] {
  return [
    ...drained.map(({ address }) => `move all slots of ${address} to other primaries`),
    ...rehome.map(({ replica, primary }) => `make ${replica.address} a replica of ${primary.address}`),
    ...removed.map(({ address, reachable }) =>
      reachable ? `forget ${address} everywhere and reset it` : `forget ${address} everywhere (it does not answer)`,
    ),
  ];
}

function afterDrain(removal: RemovalPlan): string[] {
  return steps({ ...removal, drain: [] });
}

function planSection(lines: readonly string[]): Section {
  return { kind: "text", id: "plan", title: "PLAN", lines: lines.map((line) => `- ${line}`) };
}

function names({ removed }: RemovalPlan): string {
  return removed.map(({ address }) => address).join(", ");
}

function sameLine({ selection, nodes, allowFewPrimaries }: DelNodeOptions): string {
  return againLine("del-node", selection, [...nodes, ...(allowFewPrimaries ? ["--allow-few-primaries"] : [])]);
}
