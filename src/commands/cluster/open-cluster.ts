import { observeCluster } from "../../collect/observe-cluster.js";
import { CachectlError } from "../../model/errors.js";
import type { ClusterTopology } from "../../model/cluster-topology.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";
import { topologyOf } from "../../plan/topology.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import type { Context } from "../context.js";
import { asCluster, notACluster, refuseOtherServers } from "./as-cluster.js";
import { growingFleet, type GrowingFleet } from "./growing-fleet.js";

/** The one cluster that a verb works on. */
export interface OpenCluster {
  profile: Profile;
  /** Closed by whoever opened the cluster. A look that finds a member that is not in it takes it in. */
  fleet: Fleet;
  /** What was seen when it was opened. */
  observed: ObservedTarget;
  topology: ClusterTopology;
  /** The member with this node id, to talk to; null when discovery did not find it under an address. */
  nodeOf(id: string): FleetNode | null;
  /**
   * Asks every member again, over new connections, those that joined since as well. Read-only.
   *
   * @param leaving ids of members that are to be taken out, as `topologyOf` takes them
   */
  lookAgain(leaving?: readonly string[]): Promise<ClusterTopology>;
}

export interface OpenClusterOptions {
  /** Host → zone; weighs more than the profile's own `zones`. */
  zones?: Readonly<Record<string, string>>;
}

/**
 * Finds the cluster that is meant and looks at all its members. Read-only.
 *
 * @param open `context.openFleet`, or `context.change.openFleet` for a verb that writes
 * @throws CachectlError usage when the selection is not exactly one target, or that is no cluster; unreached when no member
 * answered. A member that does not answer is part of the topology, and one of its obstacles.
 */
export async function openCluster(
  context: Pick<Context, "loadProfiles" | "progress">,
  selection: ProfileSelection,
  open: (profile: Profile) => Promise<Fleet>,
  { zones = {} }: OpenClusterOptions = {},
): Promise<OpenCluster> {
  const profile = onlyCluster(await context.loadProfiles(selection));
  context.progress.update(`Looking at ${profile.identity.name}`);
  const fleet = growingFleet(await open(profile), (seeds) => open({ ...profile, seeds, discover: false }));
  try {
    // Ids stay for the life of a node, so one that a later look does not see can still be talked to.
    const addresses = new Map<string, string>();
    const look = async (leaving: readonly string[] = []) => {
      const seen = await lookAtMembers(fleet, profile, { ...profile.identity.zones, ...zones }, leaving);
      for (const { id, address } of seen.topology.nodes) addresses.set(id, address);
      return seen;
    };
    const { observed, topology } = await look();
    checkIsCluster(observed);
    return {
      ...{ profile, fleet, observed, topology },
      nodeOf: (id) => fleet.nodes.find(({ identity }) => identity.address === addresses.get(id)) ?? null,
      lookAgain: async (leaving) => (await look(leaving)).topology,
    };
  } catch (error) {
    fleet.close();
    throw error;
  }
}

// A member that was taken in may know others, if the first that answered had only just joined itself.
const mostRounds = 3;

/** Discovery believes the first member that answers, and members join later: whom the others know is asked as well. */
async function lookAtMembers(
  fleet: GrowingFleet,
  profile: Profile,
  zones: Readonly<Record<string, string>>,
  leaving: readonly string[],
): Promise<{ observed: ObservedTarget; topology: ClusterTopology }> {
  for (let round = 1; ; round += 1) {
    const observed = await observeCluster(fleet, profile.identity);
    const topology = topologyOf(observed, zones, profile.natMap, leaving);
    const silent = topology.nodes.filter(({ reachable }) => !reachable).map(({ address }) => address);
    if (round === mostRounds || !profile.discover || !(await fleet.takeIn(silent))) return { observed, topology };
  }
}

function onlyCluster(profiles: readonly Profile[]): Profile {
  const [profile, ...others] = profiles;
  if (profile === undefined || others.length > 0)
    throw new CachectlError(
      "usage",
      "one-cluster",
      `this works on one cluster at a time, and ${profiles.length} targets are selected: ${profiles.map(({ identity }) => identity.name).join(", ")}`,
      "Name one profile of kind cluster with -p.",
    );
  return asCluster(profile);
}

function checkIsCluster(observed: ObservedTarget): void {
  refuseOtherServers(observed);
  const { target, nodes, discoveryGaps } = observed;
  if (nodes.some(({ facts }) => facts.clusterView?.ok === true)) return;
  const answered = nodes.filter(
    ({ facts: { reachability } }) => reachability?.ok === true && reachability.value.reachable,
  );
  const [first] = answered;
  if (first === undefined) {
    const failures = nodes.map(({ facts: { reachability } }) =>
      reachability?.ok === true ? (reachability.value.failure?.message ?? "no reason known") : "no reason known",
    );
    throw new CachectlError(
      "unreached",
      "cluster-unreachable",
      `no member of ${target.name} answered: ${[...new Set([...failures, ...discoveryGaps])].join("; ")}`,
      "Check the nodes that the profile names, and the network between here and there.",
    );
  }
  const view = first.facts.clusterView;
  const reason = view?.ok === false ? view.reason : "no reason known";
  if (view?.ok === false && view.cause === "not-permitted")
    throw new CachectlError(
      "unreached",
      "cluster-view-refused",
      `${first.node.address} does not show CLUSTER NODES: ${reason}`,
      "Use a login that may ask CLUSTER NODES and CLUSTER INFO.",
    );
  throw notACluster(`${first.node.address} is not in cluster mode (${reason})`);
}
