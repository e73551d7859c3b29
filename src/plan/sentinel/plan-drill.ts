import type { SentinelReplica } from "../../model/facts.js";
import { compareAddresses } from "../../model/node.js";
import { whyPassedOver } from "../../model/promotable.js";
import type {
  DataNodeSight,
  DrillFacts,
  DrillPlan,
  DrillRefusal,
  DrillReplication,
  SentinelView,
} from "../../model/sentinel-drill.js";

/**
 * Sentinel does not pause writes as CLUSTER FAILOVER does: what the promoted replica has not received when it is promoted is
 * lost. A replica that keeps up is some kilobytes behind at most.
 */
const mostLagBytes = 1_048_576;

interface Seen {
  address: string;
  view: SentinelView;
}

/**
 * Whether this group may be failed over now, and how. Pure. What speaks against it is said first, what could not be seen after
 * that: a drill is only begun where everything was seen and nothing speaks against it.
 */
export function planDrill(facts: DrillFacts): DrillPlan | DrillRefusal {
  const seen = facts.sentinels
    .flatMap(({ address, view }): Seen[] => (view.ok ? [{ address, view: view.value }] : []))
    .sort((a, b) => compareAddresses(a.address, b.address));
  const [first] = seen;
  if (first === undefined) return refuseAll(facts);
  const against = refuseSentinels(seen, facts.masterName) ?? refuseUnseen(facts);
  if (against !== null) return against;
  const primary = first.view.primary;
  const primarySight = facts.nodes.find(({ address }) => address === primary);
  const wrongPrimary = refusePrimary(primary, primarySight);
  if (wrongPrimary !== null) return wrongPrimary;
  const judged = first.view.replicas.map((replica) => judgeReplica(replica, first, facts.nodes, primarySight));
  const candidates = judged.filter(({ objection }) => objection === null);
  if (candidates.length === 0) return refuseReplicas(facts.masterName, judged);
  const outdated = refuseOutdated(seen, judged);
  if (outdated !== null) return outdated;
  return {
    target: facts.target,
    masterName: facts.masterName,
    primary,
    orderTo: first.address,
    sentinels: seen.map(({ address }) => address),
    configEpoch: first.view.configEpoch,
    candidates: candidates.map(({ address, lagBytes }) => ({ address, lagBytes })),
    followers: [primary, ...judged.filter(({ linked }) => linked).map(({ address }) => address)],
    minReplicas: facts.minReplicas,
    notes: notesOn(judged),
  };
}

function refuseAll({ sentinels, masterName, gaps }: DrillFacts): DrillRefusal {
  const reasons = sentinels.flatMap(({ address, view }) => (view.ok ? [] : [`${address}: ${view.reason}`]));
  const strangers = sentinels.length > 0 && sentinels.every(({ view }) => !view.ok && view.cause === "not-supported");
  if (strangers)
    return refuse("unknown-master", `No sentinel monitors ${masterName}`, `${gaps.join(". ")}.`.replace(/^\.$/, ""));
  return unseen(`no sentinel could be asked about ${masterName}: ${reasons.join("; ")}`);
}

function refuseSentinels(seen: readonly Seen[], masterName: string): DrillRefusal | null {
  const named = new Map(seen.map(({ address, view }) => [view.primary, address]));
  if (named.size > 1)
    return refuse(
      "sentinels-disagree",
      `The sentinels do not agree on the primary of ${masterName}: ${[...named].map(([primary, address]) => `${address} names ${primary}`).join(", ")}`,
      "Wait some seconds if a failover has just ended; else look for a sentinel that was partitioned or restarted from an old file.",
    );
  for (const { address, view } of seen) {
    if (view.tilt === true)
      return refuse(
        "tilt",
        `${address} is in TILT mode and takes no part in failovers`,
        "Wait 30 s, and look at that host's clock and load.",
      );
    if (view.flags.includes("failover_in_progress"))
      return refuse(
        "failover-in-progress",
        `${address} is failing ${masterName} over right now`,
        "Wait until that has ended, then run the drill again.",
      );
    const bad = downFlag(view.flags);
    if (bad !== undefined)
      return refuse(
        "primary-down",
        `${address} holds the primary ${view.primary} for ${bad}`,
        "A drill is for a healthy group: mend that first.",
      );
    if (view.quorumObjection !== null)
      return refuse(
        "no-quorum",
        `${address} has no quorum for a failover: ${view.quorumObjection}`,
        "Bring the missing sentinels back, or SENTINEL RESET the ones that are gone for good, one sentinel at a time and 30 s apart.",
      );
  }
  return null;
}

/** A sentinel that does not answer may see the group otherwise, and cannot be verified afterwards. */
function refuseUnseen({ sentinels, gaps }: DrillFacts): DrillRefusal | null {
  const silent = sentinels.flatMap(({ address, view }) => (view.ok ? [] : [`${address}: ${view.reason}`]));
  if (silent.length > 0) return unseen(`not every sentinel could be asked: ${silent.join("; ")}`);
  return gaps.length > 0 ? unseen(gaps.join("; ")) : null;
}

function refusePrimary(primary: string, sight: DataNodeSight | undefined): DrillRefusal | null {
  if (sight === undefined) return unseen(`the primary ${primary} is not among the nodes that discovery found`);
  if (!sight.replication.ok) return unseen(`the primary ${primary} could not be asked: ${sight.replication.reason}`);
  if (sight.replication.value.role === "primary") return null;
  return refuse(
    "not-a-primary",
    `The sentinels name ${primary} as the primary, and it says that it is a replica`,
    "Wait some seconds if a failover has just ended; else somebody has changed its role by hand (REPLICAOF).",
  );
}

interface JudgedReplica {
  address: string;
  lagBytes: number | null;
  /** Why it cannot or should not be promoted, as a clause; null: it can. */
  objection: string | null;
  /** It answered and follows: it must follow the new primary too. */
  linked: boolean;
  /** The sentinel that gets the order may choose it, whatever else is said here. */
  eligible: boolean;
  seen: boolean;
}

function judgeReplica(
  replica: SentinelReplica,
  sentinel: Seen,
  nodes: readonly DataNodeSight[],
  primary: DataNodeSight | undefined,
): JudgedReplica {
  const { address } = replica;
  const replication = nodes.find((node) => node.address === address)?.replication;
  const passedOver = whyPassedOver(replica, sentinel.view);
  const own = replication?.ok === true ? replication.value : null;
  const ahead = primary?.replication.ok === true ? primary.replication.value.offset : null;
  const lagBytes = own === null || own.offset === null || ahead === null ? null : Math.max(0, ahead - own.offset);
  const linked = own !== null && own.role === "replica" && own.linkUp;
  const unasked = replication?.ok === false ? replication.reason : "discovery did not find it";
  const objection =
    (passedOver === null ? null : `${sentinel.address} would pass it over: ${passedOver}`) ??
    (own === null ? `it could not be asked (${unasked})` : objectionTo(own, lagBytes));
  return { address, lagBytes, objection, linked, eligible: passedOver === null, seen: own !== null };
}

function downFlag(flags: readonly string[]): string | undefined {
  return flags.find((flag) => flag === "s_down" || flag === "o_down" || flag === "disconnected");
}

function objectionTo({ role, syncing, linkUp }: DrillReplication, lagBytes: number | null): string | null {
  if (role !== "replica") return "it says that it is a primary";
  if (syncing) return "it is still copying its primary's data";
  if (!linkUp) return "it has no link to its primary";
  if (lagBytes === null) return "how far it is behind is not known";
  return lagBytes > mostLagBytes ? `it is ${Math.round(lagBytes / 1024)} KB behind its primary` : null;
}

function refuseReplicas(masterName: string, judged: readonly JudgedReplica[]): DrillRefusal {
  const reasons = judged.map(({ address, objection }) => `${address}: ${objection ?? ""}`).join("; ");
  const message = `No replica of ${masterName} can be promoted${reasons === "" ? ": it has none" : ` (${reasons})`}`;
  // Sentinel would take one that could not be asked from here: whether that is safe is not known.
  if (judged.some(({ eligible, seen }) => eligible && !seen)) return unseen(message);
  return refuse(
    "no-promotable-replica",
    message,
    "Give it a replica that is linked, keeps up, and has a replica-priority above 0. A sentinel asks each replica anew every 10 s: right after a failover, wait that long.",
  );
}

/**
 * A sentinel takes a replica that calls itself a primary for one that went astray once it has heard so for 8 s, and makes it a
 * replica again. Was the last that it heard from before the replica became one, its next INFO within the failover counts as the
 * same straying: it undoes the promotion, and what was written meanwhile is lost (sentinel.c, +convert-to-slave).
 */
function refuseOutdated(seen: readonly Seen[], judged: readonly JudgedReplica[]): DrillRefusal | null {
  const eligible = new Set(judged.flatMap((replica) => (replica.eligible ? [replica.address] : [])));
  for (const { address, view } of seen) {
    const replica = view.replicas.find((one) => eligible.has(one.address) && one.roleReported === "master");
    if (replica !== undefined)
      return refuse(
        "role-outdated",
        `${address} has last heard ${replica.address} call itself a primary, and could make it a replica again as soon as it is promoted`,
        "A sentinel asks each replica anew every 10 s: right after a failover, wait that long.",
      );
  }
  return null;
}

function notesOn(judged: readonly JudgedReplica[]): string[] {
  return judged.flatMap(({ address, objection, eligible, linked }) => {
    if (objection === null) return [];
    const choice = eligible ? " Sentinel may promote it all the same." : "";
    const after = linked ? "" : " It is not waited for afterwards.";
    return [`${address}: ${objection}.${choice}${after}`];
  });
}

function refuse(code: string, message: string, hint: string): DrillRefusal {
  return { refused: true, unjudged: false, code, message: `${message}; nothing was changed`, hint };
}

function unseen(why: string): DrillRefusal {
  return {
    refused: true,
    unjudged: true,
    code: "drill-not-judged",
    message: `Whether a failover is safe cannot be judged: ${why}; nothing was changed`,
    hint: "Make every sentinel and the primary reachable from here (natMap, login, firewall), then run the drill again.",
  };
}
