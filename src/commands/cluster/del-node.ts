import { removeNodes } from "../../apply/remove-nodes.js";
import type { StepResult } from "../../apply/run-steps.js";
import type { MoveOptions } from "../../apply/move-types.js";
import type { ClusterObstacle, ClusterTopology } from "../../model/cluster-topology.js";
import type { Report, Section } from "../../model/report.js";
import { verbLine } from "../../model/shell-quote.js";
import { formatRanges } from "../../model/slot-ranges.js";
import { findMember } from "../../plan/find-member.js";
import { planDrain } from "../../plan/plan-drain.js";
import { planRemoval, type RemovalPlan } from "../../plan/plan-removal.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { carryOutMoves } from "./carry-out-moves.js";
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
    const removal = planFor(cluster.topology, options);
    const target = cluster.profile.identity.name;
    const intent = steps(removal);
    const sections = [planSection(intent)];
    if (options.dryRun)
      return verbReport({
        ...{ operation: "cluster-del-node", status: "success", sections, ...frame() },
        summary: `Would remove ${names(removal)} from ${target}; nothing was changed.`,
      });
    await context.change.confirm(`Remove from ${target}: ${intent.join("; ")}?`, options.yes);
    const result = await carryOut(context, cluster, removal, options);
    const complete = result.failed.length === 0 && result.notDone.length === 0;
    return changeReport({
      ...{ operation: "cluster-del-node", ...frame() },
      change: { ...result, complete, goOn: complete ? [] : [sameLine(options, target)] },
      interrupted: context.change.stopRequested.aborted && !complete,
      summary: complete
        ? `${names(removal)} ${removal.removed.length === 1 ? "is" : "are"} no longer in ${target}.`
        : `${names(removal)}: not removed from ${target} yet.`,
    });
  } finally {
    cluster.fleet.close();
  }
}

function planFor(topology: ClusterTopology, { nodes, allowFewPrimaries }: DelNodeOptions): RemovalPlan {
  const ids = nodes.map((text) => orThrow(findMember(topology, text)).id);
  return orThrow(planRemoval(topology, ids, { allowFewPrimaries }));
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
  const drained = await drain(context, cluster, removal, tolerated);
  if (drained.failed.length > 0 || drained.notDone.length > 0)
    return { ...drained, notDone: [...drained.notDone, ...afterDrain(removal)] };
  const rest = await withClusterLock(context, cluster, "cluster-del-node", async (stop) => {
    // Drained primaries and their replicas may have found new primaries by themselves (allow-replica-migration).
    const topology = await waitUntilSettled(context, cluster, { tolerated });
    const now = planFor(topology, { ...options, nodes: removal.removed.map(({ id }) => id), allowFewPrimaries: true });
    const { clock } = context.change;
    return removeNodes(removalOf(cluster, topology, now), {
      ...{ clock, stop, deadlineMs: options.deadlineMs },
      say: (title) => context.progress.update(title),
    });
  });
  return { ...rest, done: [...drained.done, ...rest.done] };
}

async function drain(
  context: Context,
  cluster: OpenCluster,
  removal: RemovalPlan,
  tolerated: readonly ClusterObstacle["code"][],
): Promise<StepResult> {
  const nothing: StepResult = { done: [], failed: [], notDone: [] };
  if (removal.drain.length === 0) return nothing;
  const plan = orThrow(
    planDrain(cluster.topology, {
      target: cluster.profile.identity.name,
      operation: "cluster-del-node",
      nodes: removal.drain.map(({ id }) => id),
      loads: null,
      tolerated,
    }),
  );
  const move: MoveOptions = { ...moveDefaults, credentials: cluster.profile.credentials };
  const { moved, notMoved, unverified } = await carryOutMoves(context, cluster, plan, {
    ...{ move, journal: null, tolerated },
  });
  return {
    done: moved.map(
      ({ from, to, slots, keys }) =>
        `slots ${formatRanges(slots)} moved from ${from.address} to ${to.address}, ${keys} keys`,
    ),
    failed: [
      ...notMoved
        .filter(({ state }) => state === "open")
        .map(({ from, to, slots, reason }) => ({
          step: `move slots ${formatRanges(slots)} from ${from.address} to ${to.address}`,
          reason: reason.replace(/\.$/, ""),
        })),
      ...(unverified === null ? [] : [{ step: "see that every node agrees on the slots", reason: unverified }]),
    ],
    notDone: notMoved
      .filter(({ state }) => state === "not-begun")
      .map(
        ({ from, to, slots, reason }) =>
          `move slots ${formatRanges(slots)} from ${from.address} to ${to.address}: ${reason}`,
      ),
  };
}

/** A drain is no more urgent than any other move. */
const moveDefaults: Omit<MoveOptions, "credentials"> = {
  engine: "auto",
  batchKeys: 1_000,
  batchBytes: 1_048_576,
  ratePerSecond: null,
  maxLatencyMs: 100,
  allowBlocking: false,
};

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

function sameLine({ nodes, allowFewPrimaries }: DelNodeOptions, target: string): string {
  return `${verbLine("cluster del-node", target)} ${nodes.join(" ")}${allowFewPrimaries ? " --allow-few-primaries" : ""}`;
}
