import { CachectlError } from "../../model/errors.js";
import type { ClusterObstacle, ClusterTopology } from "../../model/cluster-topology.js";
import type { Context } from "../context.js";
import type { OpenCluster } from "./open-cluster.js";
import { stopBeforeChange } from "../stop-before-change.js";

export interface Settling {
  /** As seen last. */
  topology: ClusterTopology;
  /** What still stands in the way; empty: every node sees the same healthy cluster. */
  standing: ClusterObstacle[];
}

export interface SettleOptions {
  /** Obstacles that are not waited for. */
  tolerated?: readonly ClusterObstacle["code"][] | undefined;
  /** Ids of members that are to be taken out: one that was reset by hand need not agree with the others. */
  leaving?: readonly string[];
  /** Seen a moment ago: spares the first look. */
  first?: ClusterTopology;
  /** The first signal ends the wait, with what was seen until then. */
  stop?: AbortSignal;
  /** What an error says of the change, as a clause: `nothing was changed` where left out. */
  otherwise?: string;
}

/** A node that has just joined, or a failover, takes some seconds to be seen by everyone; on a large cluster half a minute. */
const patienceMs = 60_000;
/** What does not pass by itself is looked at for just so long: one look may fall between two messages of the cluster's bus. */
const lastingPatienceMs = 3_000;
const lasting: readonly ClusterObstacle["code"][] = [
  "slots-open",
  "slots-uncovered",
  "node-unreachable",
  "discovery-gap",
];

const pauseMs = 200;

/**
 * Looks until every node sees the same healthy cluster, at most a minute. Read-only. Whoever changes a cluster before that
 * changes it on the word of nodes that are not up to date: right after a node joined, it answers CLUSTERDOWN.
 */
export async function settle(context: Context, cluster: OpenCluster, options: SettleOptions = {}): Promise<Settling> {
  const { clock } = context.change;
  const { tolerated = [], leaving = [], stop } = options;
  const look = () => cluster.lookAgain(leaving);
  const begunMs = clock.monotonicMs();
  for (let seen = options.first ?? (await look()); ; seen = await look()) {
    const standing = seen.obstacles.filter(({ code }) => !tolerated.includes(code));
    const [worst] = standing;
    if (worst === undefined) return { topology: seen, standing };
    const patience = standing.some(({ code }) => lasting.includes(code)) ? lastingPatienceMs : patienceMs;
    if (stop?.aborted === true || clock.monotonicMs() - begunMs >= patience) return { topology: seen, standing };
    context.progress.update(`Waiting until every node sees a healthy cluster: ${worst.message}`);
    await clock.sleep(pauseMs);
  }
}

/**
 * {@link settle}, for a change that is not begun otherwise.
 * @throws CachectlError usage or unreached with the worst obstacle's code and next step; the signal's reason when it aborts
 */
export async function waitUntilSettled(
  context: Context,
  cluster: OpenCluster,
  options: SettleOptions = {},
): Promise<ClusterTopology> {
  const stop = context.change.stopRequested;
  const { topology, standing } = await settle(context, cluster, { ...options, stop });
  // Where neither is given, the run may have finished what an earlier one left.
  if (options.otherwise !== undefined || options.first !== undefined)
    stopBeforeChange(context.change, options.otherwise);
  stop.throwIfAborted();
  const [worst] = standing;
  if (worst === undefined) return topology;
  const more = standing.length === 1 ? "" : ` (and ${standing.length - 1} more)`;
  throw new CachectlError(
    worst.code === "node-unreachable" ? "unreached" : "usage",
    worst.code,
    `${worst.message.replace(/\.$/, "")}${more}; ${options.otherwise ?? "nothing was changed"}`,
    worst.hint,
  );
}
