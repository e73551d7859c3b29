import type { ClusterNode, ClusterTopology, NodeRef } from "../model/cluster-topology.js";
import type { PlanRefusal } from "../model/slot-plan.js";
import { shellQuote, verbLine } from "../model/shell-quote.js";
import { formatRanges } from "../model/slot-ranges.js";
import { choosePrimaries } from "./choose-primary.js";
import { refuse } from "./refuse.js";

/** What taking nodes out of a cluster means for the others. Plain JSON. */
export interface RemovalPlan {
  removed: (NodeRef & { reachable: boolean; role: "primary" | "replica" })[];
  /** Live primaries with slots: they are drained first. */
  drain: NodeRef[];
  rehome: { replica: NodeRef; primary: NodeRef }[];
}

/** Without a majority of three primaries nobody can vote for a failover. */
const fewestPrimaries = 3;

/** Which steps take these members out, or why they cannot be taken out. */
export function planRemoval(
  { nodes }: ClusterTopology,
  ids: readonly string[],
  { target, allowFewPrimaries }: { target: string; allowFewPrimaries: boolean },
): RemovalPlan | PlanRefusal {
  const removed = nodes.filter(({ id }) => ids.includes(id));
  const staying = nodes.filter(({ id }) => !ids.includes(id));
  const refusal =
    deadOwner(removed, nodes, target) ?? deadWitness(staying) ?? lastOnes(removed, staying, allowFewPrimaries);
  if (refusal !== null) return refusal;
  const gone = new Set(ids);
  const orphans = staying.filter(({ role, primaryId }) => role === "replica" && gone.has(primaryId ?? ""));
  const homes = choosePrimaries(
    staying,
    orphans.map(({ id, address, announced, zone }) => ({ id, address, host: announced.host, zone })),
  );
  return {
    removed: removed.map(({ id, address, reachable, role }) => ({ id, address, reachable, role })),
    drain: removed.filter(({ slots }) => slots.length > 0).map(ref),
    rehome: orphans.flatMap((orphan) => {
      const primary = homes.get(orphan.id);
      return primary === undefined ? [] : [{ replica: ref(orphan), primary: ref(primary) }];
    }),
  };
}

function deadOwner(removed: readonly ClusterNode[], nodes: readonly ClusterNode[], target: string): PlanRefusal | null {
  const owner = removed.find(({ reachable, slots }) => !reachable && slots.length > 0);
  if (owner === undefined) return null;
  const replica = nodes.find(({ primaryId, reachable }) => primaryId === owner.id && reachable);
  const what = `${owner.address} does not answer and owns slots ${formatRanges(owner.slots)}.`;
  if (replica !== undefined)
    return refuse(
      "dead-owner",
      what,
      `Let its replica take over first: ${verbLine("cluster failover", target)} --force ${shellQuote(replica.address)} (--takeover without a majority of primaries).`,
    );
  return refuse(
    "dead-owner",
    `${what} No replica of it answers, so removing it would lose these slots' keys.`,
    `Bring it back, or let ${verbLine("cluster fix", target)} give its slots away, which asks for consent to the loss.`,
  );
}

/** Whoever is not told to forget a node brings it back to all others after 60 s. */
function deadWitness(staying: readonly ClusterNode[]): PlanRefusal | null {
  const witness = staying.find(({ reachable }) => !reachable);
  if (witness === undefined) return null;
  if (staying.every(({ reachable }) => !reachable))
    return refuse("last-reachable", "No member that answers would remain.", "Name fewer nodes.");
  return refuse(
    "member-unreachable",
    `${witness.address} does not answer, so it cannot be told to forget a node; it would bring it back.`,
    `Bring it back first, or remove it in the same command: add ${witness.address}.`,
  );
}

function lastOnes(
  removed: readonly ClusterNode[],
  staying: readonly ClusterNode[],
  allowFewPrimaries: boolean,
): PlanRefusal | null {
  const needsHome = removed.some(({ role, slots }) => role === "primary" && slots.length > 0);
  if (!needsHome) return null;
  // A primary without slots has no vote.
  const primaries = staying.filter(({ role, slots }) => role === "primary" && slots.length > 0);
  if (primaries.length === 0)
    return refuse(
      "last-primary",
      "No primary with slots would remain.",
      "Name fewer nodes, or first give another primary its share: cachectl cluster rebalance --include-empty.",
    );
  if (primaries.length >= fewestPrimaries || allowFewPrimaries) return null;
  return refuse(
    "few-primaries",
    `${primaries.length} ${primaries.length === 1 ? "primary with slots" : "primaries with slots"} would remain, and with fewer than three no failover can be voted for.`,
    "Add another primary first, or say --allow-few-primaries.",
  );
}

function ref({ id, address }: ClusterNode): NodeRef {
  return { id, address };
}
