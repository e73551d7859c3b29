import { joinNodes } from "../../apply/join-nodes.js";
import type { ClusterNode, ClusterTopology } from "../../model/cluster-topology.js";
import type { Report } from "../../model/report.js";
import { checkNewcomers } from "../../plan/check-newcomers.js";
import { choosePrimaries } from "../../plan/choose-primary.js";
import { findPrimary } from "../../plan/find-member.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { changeReport } from "../../report/change-report.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { againLine } from "./again-line.js";
import { openCluster, type OpenCluster } from "./open-cluster.js";
import { parseNodes, probeNewNodes, type ProbedNode } from "./probe-new-nodes.js";
import { refuseNodes } from "./refuse-nodes.js";
import { orThrow } from "./throw-refusal.js";
import { waitUntilSettled } from "./wait-until-settled.js";
import { withClusterLock } from "./with-cluster-lock.js";

export interface AddNodeOptions {
  selection: ProfileSelection;
  nodes: readonly string[];
  /** A member, or `auto`: the primary that needs one most. Null: the nodes become primaries without slots. */
  replicaOf: string | null;
  yes: boolean;
  dryRun: boolean;
  deadlineMs: number;
}

/** `cachectl cluster add-node`: lets empty nodes join, and waits until everybody agrees that they have. Writes. */
export async function addNode(context: Context, options: AddNodeOptions): Promise<Report> {
  const frame = beginRun(context);
  const endpoints = parseNodes(options.nodes);
  const cluster = await openCluster(context, options.selection, (profile) => context.change.openFleet(profile));
  try {
    const probed = await probeNewNodes(context, cluster.profile, endpoints);
    try {
      refuseNodes("add-node-refused", [...probed.problems, ...checkNewcomers(cluster.topology, probed.nodes)]);
      const follows = followedBy(cluster, probed.nodes, options.replicaOf);
      const plan = probed.nodes.map((node) =>
        sentence(node, follows.get(node.state.id ?? "") ?? null, needsNewId(cluster.topology, node)),
      );
      const target = cluster.profile.identity.name;
      if (options.dryRun)
        return verbReport({
          ...{ operation: "cluster-add-node", status: "success", ...frame() },
          summary: `Would add to ${target}: ${plan.join("; ")}. Every node was asked and is fit for it; nothing was changed.`,
        });
      await context.change.confirm(`Add to ${target}: ${plan.join("; ")}?`, options.yes);
      const result = await withClusterLock(context, cluster, "cluster-add-node", async (stop) => {
        const topology = await waitUntilSettled(context, cluster);
        return joinNodes(
          {
            members: membersOf(cluster, topology, probed.nodes),
            newcomers: probed.nodes.map((node) => ({
              ...meeting(node),
              follows: follows.get(node.state.id ?? "") ?? null,
              needsNewId: needsNewId(topology, node),
            })),
          },
          {
            ...{ clock: context.change.clock, stop, deadlineMs: options.deadlineMs },
            say: (title) => context.progress.update(title),
          },
        );
      });
      const complete = result.failed.length === 0 && result.notDone.length === 0;
      return changeReport({
        ...{ operation: "cluster-add-node", ...frame() },
        change: { ...result, complete, goOn: complete ? [] : [sameLine(options)] },
        interrupted: context.change.stopRequested.aborted && !complete,
        summary: complete ? `${target} has ${counted(endpoints.length)} more.` : `Not every node has joined ${target}.`,
        notes: complete && options.replicaOf === null ? [emptyNote(options)] : [],
      });
    } finally {
      probed.fleet.close();
    }
  } finally {
    cluster.fleet.close();
  }
}

/** Newcomer's id → the primary that it is to follow. */
function followedBy(
  { topology }: OpenCluster,
  newcomers: readonly ProbedNode[],
  replicaOf: string | null,
): Map<string, ClusterNode> {
  if (replicaOf === null) return new Map();
  const places = newcomers.map(({ address, state, meet }) => ({
    ...{ id: state.id ?? "", address, host: meet.host, zone: null },
  }));
  if (replicaOf === "auto") return choosePrimaries(topology.nodes, places);
  const primary = orThrow(findPrimary(topology, replicaOf));
  return new Map(places.map(({ id }) => [id, primary]));
}

/** The members may have been told to forget it; one that knows others has begun to join by an earlier run. */
function needsNewId({ nodes }: ClusterTopology, { state }: ProbedNode): boolean {
  return state.wasMember && state.knows.length === 0 && !nodes.some(({ id }) => id === state.id);
}

function sentence({ address }: ProbedNode, primary: ClusterNode | null, newId: boolean): string {
  const role = primary === null ? "a primary without slots" : `a replica of ${primary.address}`;
  return `${address} as ${role}${newId ? ", with a new node id (CLUSTER RESET HARD), since it was a member before" : ""}`;
}

function membersOf(cluster: OpenCluster, { nodes }: ClusterTopology, newcomers: readonly ProbedNode[]) {
  const joining = new Set(newcomers.map(({ state }) => state.id));
  return nodes.flatMap(({ id, address, announced, primaryId }) => {
    const node = cluster.nodeOf(id);
    if (node === null || joining.has(id)) return [];
    // Members are never met again by their address: the newcomer is introduced to them.
    return [{ id, address, node, primaryId, meet: { ...announced, busPort: announced.port + 10_000 } }];
  });
}

function meeting({ address, node, state, meet }: ProbedNode) {
  return { id: state.id ?? "", address, node, meet };
}

function sameLine({ selection, nodes, replicaOf }: AddNodeOptions): string {
  return againLine("add-node", selection, [...nodes, ...(replicaOf === null ? [] : ["--replica-of", replicaOf])]);
}

function emptyNote({ selection }: AddNodeOptions): string {
  return `A new primary has no slots yet: ${againLine("rebalance", selection, ["--include-empty"])} gives it its share.`;
}

function counted(count: number): string {
  return count === 1 ? "one node" : `${count} nodes`;
}
