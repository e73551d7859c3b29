import type { ClusterTopology } from "../model/cluster-topology.js";
import type { NewNodeState, NodeProblem } from "../model/new-node.js";
import { isAtLeast } from "../model/version-number.js";
import { nodeProblems, type PlannedNode } from "./check-new-nodes.js";

/** Everything that stands in the way of these nodes joining this cluster; a node that an earlier run let join is no problem. */
export function checkNewcomers(topology: ClusterTopology, nodes: readonly PlannedNode[]): NodeProblem[] {
  const members = new Set(topology.nodes.map(({ id }) => id));
  const ids = new Set([...members, ...nodes.flatMap(({ state }) => (state.id === null ? [] : [state.id]))]);
  const first = new Map<string, string>();
  return nodes.flatMap(({ address, state }) => {
    const joined = state.id !== null && members.has(state.id);
    const twin = state.id === null ? undefined : first.get(state.id);
    if (state.id !== null) first.set(state.id, twin ?? address);
    // A replica of this cluster holds its primary's keys.
    const own = joined && state.role === "replica" ? { ...state, keys: 0 } : state;
    const problems = [
      ...nodeProblems(own),
      ...(twin === undefined ? [] : [{ message: `it is the same node as ${twin}`, hint: "Name every node once." }]),
      ...strangers(state, ids),
      ...(state.slots.length === 0
        ? []
        : [
            {
              message: "it owns slots",
              hint: joined ? "It is a member already." : "Reset it first: CLUSTER RESET HARD.",
            },
          ]),
      ...olderThanCluster(state, topology),
    ];
    return problems.map((problem) => ({ address, ...problem }));
  });
}

type Problem = Omit<NodeProblem, "address">;

function strangers({ knows }: NewNodeState, ids: ReadonlySet<string>): Problem[] {
  const others = knows.filter(({ id, handshake }) => !handshake && !ids.has(id));
  if (others.length === 0) return [];
  return [
    {
      message: `it already knows other nodes: ${others
        .slice(0, 3)
        .map(({ address }) => address)
        .join(", ")}`,
      hint: "It is, or was, a member of another cluster: joining would merge the two. Remove it there (cachectl cluster del-node), or reset it: CLUSTER RESET HARD.",
    },
  ];
}

/** An older server cannot read what a newer one sends it: as a replica it never syncs, and slots cannot be moved to it. */
function olderThanCluster({ product, version }: NewNodeState, { nodes }: ClusterTopology): Problem[] {
  if (version === null || product === null) return [];
  const newer = nodes.find(
    (node) =>
      node.role === "primary" &&
      node.product === product &&
      node.version !== null &&
      isAtLeast(version, majorOf(node.version)) === false,
  );
  if (newer !== undefined)
    return [
      {
        message: `it runs ${product} ${version}, and ${newer.address} runs ${newer.version}`,
        hint: "An older server cannot read a newer one's data: start it with the cluster's version.",
      },
    ];
  const valkey = nodes.find((node) => node.product === "valkey");
  if (product === "redis" && valkey !== undefined)
    return [
      {
        message: `it runs Redis ${version}, and ${valkey.address} runs Valkey ${valkey.version ?? ""}`.trim(),
        hint: "Start it with the cluster's product and version.",
      },
    ];
  return [];
}

function majorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
