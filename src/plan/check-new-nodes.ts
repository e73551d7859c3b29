import { formatEndpoint } from "../model/node.js";
import type { CreatePlan } from "../model/create-plan.js";
import type { NewNodeState, NodeProblem } from "../model/new-node.js";
import { formatRanges, slotsOf } from "../model/slot-ranges.js";

/** A node of a plan, with what it said of itself. */
export interface PlannedNode {
  /** As the user named it. */
  address: string;
  state: NewNodeState;
}

/**
 * Everything that stands in the way of a new cluster; empty: nothing does. What an earlier run of the same command has done to
 * these nodes does not: they may know each other and own the slots that the plan gives them.
 */
export function checkNewNodes(plan: CreatePlan, nodes: readonly PlannedNode[]): NodeProblem[] {
  const each = nodes.flatMap(({ address, state }) => nodeProblems(state).map((problem) => ({ address, ...problem })));
  return [
    ...each,
    ...sameNodeTwice(nodes),
    ...strangers(nodes),
    ...foreignSlots(plan, nodes),
    ...wrongRoles(plan, nodes),
    ...versions(nodes),
  ];
}

type Problem = Omit<NodeProblem, "address">;

/** What makes a server unfit to be a new member of any cluster. */
export function nodeProblems(state: NewNodeState): Problem[] {
  if (state.failure !== null) return [state.failure];
  if (state.clusterMode !== true)
    return [
      { message: "it is not in cluster mode", hint: "Set cluster-enabled yes in its configuration and restart it." },
    ];
  return [
    ...(state.keys === 0
      ? []
      : [
          {
            message: `it holds ${state.keys ?? "an unknown number of"} keys`,
            hint: "Take an empty server; if nobody needs these keys, empty it with FLUSHALL on that server.",
          },
        ]),
    ...(state.openSlots === 0
      ? []
      : [{ message: `it has ${state.openSlots} open slots`, hint: "Close them: CLUSTER SETSLOT <slot> STABLE." }]),
    ...(state.asksPassword === true && state.hasPrimaryPassword === false
      ? [
          {
            message: "it asks for a password (requirepass) and has none to follow a primary with (masterauth)",
            hint: "Set masterauth on every node, else no replica can log in to its primary.",
          },
        ]
      : []),
    ...state.forbidden.map((command) => ({
      message: `this login may not run ${command}`,
      hint: "Log in as a user that may (ACL SETUSER … +cluster).",
    })),
  ];
}

function sameNodeTwice(nodes: readonly PlannedNode[]): NodeProblem[] {
  const first = new Map<string, string>();
  return nodes.flatMap(({ address, state }) => {
    if (state.id === null) return [];
    const before = first.get(state.id);
    first.set(state.id, before ?? address);
    if (before === undefined) return [];
    return [
      {
        address,
        message: `it is the same node as ${before} (id ${state.id})`,
        hint: "Name every node once. Two servers with one id share a copied nodes.conf: CLUSTER RESET HARD on one gives it a new id.",
      },
    ];
  });
}

function strangers(nodes: readonly PlannedNode[]): NodeProblem[] {
  const ids = new Set(nodes.map(({ state }) => state.id));
  const addresses = new Set(nodes.flatMap(({ address, state }) => [address, ...announcedOf(state)]));
  return nodes.flatMap(({ address, state }) => {
    const others = state.knows.filter(({ id, handshake, address: at }) =>
      handshake ? !addresses.has(at) : !ids.has(id),
    );
    if (others.length === 0) return [];
    const named = others.slice(0, 3).map((other) => other.address);
    const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
    return [
      {
        address,
        message: `it already knows other nodes: ${named.join(", ")}${more}`,
        hint: "It is, or was, a member of another cluster. Remove it there (cachectl cluster del-node), or reset it: CLUSTER RESET HARD.",
      },
    ];
  });
}

function announcedOf({ announced }: NewNodeState): string[] {
  return announced?.host == null ? [] : [formatEndpoint({ host: announced.host, port: announced.port })];
}

function foreignSlots(plan: CreatePlan, nodes: readonly PlannedNode[]): NodeProblem[] {
  return nodes.flatMap(({ address, state }) => {
    const planned = new Set(slotsOf(plan.primaries.find((primary) => primary.address === address)?.slots ?? []));
    const foreign = slotsOf(state.slots).filter((slot) => !planned.has(slot));
    if (foreign.length === 0) return [];
    return [
      {
        address,
        message: `it owns slots that this plan does not give it: ${formatRanges(state.slots)}`,
        hint: "If an earlier run with other arguments left them, undo that one first (cluster create … --undo); else CLUSTER RESET HARD on this node.",
      },
    ];
  });
}

/** A replica becomes a primary again only by failover or reset, and neither belongs to a creation. */
function wrongRoles(plan: CreatePlan, nodes: readonly PlannedNode[]): NodeProblem[] {
  const primaries = new Set(plan.primaries.map(({ address }) => address));
  return nodes
    .filter(({ address, state }) => state.role === "replica" && primaries.has(address))
    .map(({ address }) => ({
      address,
      message: "it is a replica, and this plan makes it a primary",
      hint: "Undo the run that made it one with that run's own arguments (cluster create … --undo); else CLUSTER RESET HARD on this node.",
    }));
}

/** A replica cannot read the snapshot of a primary that is newer than itself; mixed clusters are for upgrades, not for births. */
function versions(nodes: readonly PlannedNode[]): NodeProblem[] {
  const kinds = new Map<string, string[]>();
  for (const { address, state } of nodes) {
    if (state.product === null || state.version === null) continue;
    const kind = `${state.product} ${state.version.split(".")[0]}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), address]);
  }
  if (kinds.size < 2) return [];
  const listed = [...kinds].map(([kind, addresses]) => `${kind} on ${addresses.join(", ")}`);
  return [
    {
      address: "",
      message: `the nodes run different servers: ${listed.join("; ")}`,
      hint: "Begin with one product and one major version on all nodes.",
    },
  ];
}
