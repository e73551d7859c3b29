import { disputedRoles, disputedSlots, unknownMembers } from "../model/cluster-disagreement.js";
import type { ClusterNode, ClusterObstacle } from "../model/cluster-topology.js";
import { shortId, type ClusterView } from "../model/cluster-views.js";
import { findOpenSlots } from "../model/open-slots.js";
import type { ObservedTarget } from "../model/observation.js";
import { verbLine } from "../model/shell-quote.js";
import { contestedSlots } from "../model/slot-owners.js";
import { countSlots, formatRanges, rangesOf, slotsOf, type SlotRange } from "../model/slot-ranges.js";

/** What is not settled between the members, worst first. Empty: every member sees the same healthy cluster. Pure. */
export function obstaclesOf(
  observed: ObservedTarget,
  views: readonly ClusterView[],
  nodes: readonly ClusterNode[],
  uncovered: SlotRange[],
): ClusterObstacle[] {
  const { name } = observed.target;
  const fix = `Run \`${verbLine("cluster fix", name)}\`: it shows what it would do before it does it.`;
  const check = `\`${verbLine("cluster check", name)}\` shows what each node sees.`;
  // Without any view, nothing is known of slots and members: to call all slots lost would be made up.
  if (views.length === 0) return [nobodySays(observed), ...gaps(observed)];
  return [
    ...whenAny("slots-uncovered", slotsText(uncovered), (slots) => `${slots} without an owner.`, fix),
    ...contested(views, fix),
    ...openSlots(views, fix),
    ...differing(views, check),
    ...migrations(observed),
    ...notOk(observed, check),
    ...failing(nodes),
    ...unreachable(nodes, name),
    ...collisions(nodes, check),
    ...gaps(observed),
  ];
}

function nobodySays({ target }: ObservedTarget): ClusterObstacle {
  return {
    // Not `node-unreachable`: who removes a dead node goes on in spite of that.
    code: "state-not-ok",
    message: `No member of ${target.name} showed its view of the cluster.`,
    hint: "Check the nodes that the profile names, its login, and the network between here and there.",
  };
}

function contested(views: readonly ClusterView[], hint: string): ClusterObstacle[] {
  return contestedSlots(views).map(({ slots, owners }) => ({
    code: "slots-multiply-owned",
    message: `${slotsText(slots) ?? ""} claimed by ${owners.map(({ address }) => address).join(" and ")} at once.`,
    hint,
  }));
}

function openSlots(views: readonly ClusterView[], fix: string): ClusterObstacle[] {
  const open = findOpenSlots(views);
  const holders = [...new Set(open.flatMap(({ nodes }) => nodes.map(({ address }) => address)))];
  const slots = slotsText(rangesOf(open.map(({ slot }) => slot)));
  return whenAny(
    "slots-open",
    slots,
    (text) => `${text} open for a move on ${some(holders) ?? ""}.`,
    `If a move runs, let it end. ${fix}`,
  );
}

function differing(views: readonly ClusterView[], check: string): ClusterObstacle[] {
  const slots = disputedSlots(views);
  const roles = disputedRoles(views).map(shortId);
  const lacking = unknownMembers(views).map(({ view }) => view.node.address);
  const hint = `A change that is just spreading looks like this for some seconds. ${check}`;
  return [
    ...whenAny(
      "views-differ",
      slotsText(slots),
      (text) => `${text} owned by different primaries in the eyes of different nodes.`,
      hint,
    ),
    ...whenAny("views-differ", some(roles), (ids) => `The nodes do not agree on the role or primary of ${ids}.`, hint),
    ...whenAny(
      "views-differ",
      some(lacking),
      (addresses) => `Members that others know are not known to ${addresses}.`,
      hint,
    ),
  ];
}

function migrations({ target, nodes }: ObservedTarget): ClusterObstacle[] {
  const running = nodes.flatMap(({ node, facts: { slotMigrations } }) =>
    slotMigrations?.ok === true
      ? slotMigrations.value.filter((job) => job.running).map((job) => ({ node, slots: job.slots, name: job.name }))
      : [],
  );
  const slots = rangesOf(running.flatMap((job) => slotsOf(job.slots)));
  return whenAny(
    "migration-running",
    slotsText(slots),
    (text) =>
      `${text} being moved by the servers themselves (seen on ${some(running.map((job) => job.node.address)) ?? ""}).`,
    `Wait until it has ended; \`${verbLine("cluster check", target.name)}\` shows it.`,
  );
}

function notOk({ nodes }: ObservedTarget, check: string): ClusterObstacle[] {
  const down = nodes.filter(({ facts }) => facts.clusterInfo?.ok === true && facts.clusterInfo.value.state !== "ok");
  return whenAny(
    "state-not-ok",
    some(down.map(({ node }) => node.address)),
    (addresses) => `The cluster is not healthy (cluster_state) in the eyes of ${addresses}.`,
    `A node that has just joined needs some seconds. ${check}`,
  );
}

function failing(nodes: readonly ClusterNode[]): ClusterObstacle[] {
  // Of one that does not answer either, the next obstacle tells.
  const suspects = nodes.filter((node) => node.failing && node.reachable).map(({ address }) => address);
  return whenAny(
    "node-failing",
    some(suspects),
    (addresses) => `Answering here, but held for failed or suspected by other members: ${addresses}.`,
    "Look there for an overload or a fault of the cluster bus (its port plus 10000).",
  );
}

function unreachable(nodes: readonly ClusterNode[], target: string): ClusterObstacle[] {
  return nodes
    .filter(({ reachable }) => !reachable)
    .map(({ address, failure, failing, role }) => ({
      code: "node-unreachable",
      message: `The ${role} ${address} was not reached${failing ? ", and other members miss it too" : ""}: ${failure ?? "no reason known"}.`,
      hint: `Bring it back, or take it out of the cluster with \`${verbLine("cluster del-node", target)} ${address}\`.`,
    }));
}

function collisions(nodes: readonly ClusterNode[], check: string): ClusterObstacle[] {
  const byEpoch = new Map<number, string[]>();
  for (const { role, slots, configEpoch, address } of nodes)
    if (role === "primary" && slots.length > 0)
      byEpoch.set(configEpoch, [...(byEpoch.get(configEpoch) ?? []), address]);
  return [...byEpoch]
    .filter(([, addresses]) => addresses.length > 1)
    .map(([epoch, addresses]) => ({
      code: "epoch-collision",
      message: `${some(addresses) ?? ""} have the same configuration epoch, ${epoch}.`,
      hint: `Nodes that hear each other end this within a second. ${check}`,
    }));
}

function gaps({ discoveryGaps, nodes }: ObservedTarget): ClusterObstacle[] {
  const hint = "Run it again with a login that may ask CLUSTER NODES and CLUSTER INFO on every member.";
  const silent = nodes.flatMap(({ node, facts }) =>
    [facts.clusterView, facts.clusterInfo]
      .filter((fact) => fact?.ok === false && fact.cause !== "unreachable")
      .slice(0, 1)
      .map((fact) => `${node.address} did not show its view of the cluster: ${fact?.ok === false ? fact.reason : ""}.`),
  );
  return [
    ...discoveryGaps.map((gap): ClusterObstacle => ({
      code: "discovery-gap",
      message: `There may be members that nobody looked at: ${gap}.`,
      hint: "Correct the nodes that the profile names, or wait until the members know each other.",
    })),
    ...silent.map((message): ClusterObstacle => ({ code: "discovery-gap", message, hint })),
  ];
}

function whenAny(
  code: ClusterObstacle["code"],
  what: string | null,
  message: (what: string) => string,
  hint: string,
): ClusterObstacle[] {
  return what === null ? [] : [{ code, message: message(what), hint }];
}

/** `Slot 7 is` or `3 slots (7,9-10) are`; null for none. */
function slotsText(ranges: readonly SlotRange[]): string | null {
  const count = countSlots(ranges);
  if (count === 0) return null;
  const text = formatRanges(ranges.slice(0, mostNamed)) + (ranges.length > mostNamed ? ",…" : "");
  return count === 1 ? `Slot ${text} is` : `${count} slots (${text}) are`;
}

// Enough to recognise the pattern; the check lists all.
const mostNamed = 5;

function some(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const more = names.length - mostNamed;
  return names.slice(0, mostNamed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
