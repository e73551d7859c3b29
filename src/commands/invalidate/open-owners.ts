import type { KeyOwner } from "../../apply/invalidate/key-owner.js";
import { observeCluster } from "../../collect/observe-cluster.js";
import { observeTarget } from "../../collect/observe-target.js";
import { CachectlError } from "../../model/errors.js";
import type { Fleet } from "../../model/node-port.js";
import type { ObservedNode, ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";
import { topologyOf } from "../../plan/topology.js";
import { asCluster } from "../cluster/as-cluster.js";
import type { Context } from "../context.js";

/** The primaries of a Redis target, and how to find them again after a failover. */
export interface OpenOwners {
  profile: Profile;
  /** Of the first look. */
  owners: readonly KeyOwner[];
  /** The primaries, as they were observed. */
  observed: readonly ObservedNode[];
  lookAgain(): Promise<readonly KeyOwner[]>;
  close(): void;
}

/**
 * Finds the primaries of a standalone server, a Sentinel's master or a cluster. Read-only.
 *
 * @throws CachectlError unreached when there is none that answers; usage when the target has several independent primaries
 */
export async function openOwners(context: Context, wanted: Profile): Promise<OpenOwners> {
  const fleets: Fleet[] = [];
  const open = async (profile: Profile) => {
    const fleet = await context.change.openFleet(profile);
    fleets.push(fleet);
    return fleet;
  };
  const close = () => {
    for (const fleet of fleets) fleet.close();
  };
  try {
    const { profile, look, fleet } = await firstLook(context, wanted, open);
    const owners = ownersOf(profile, fleet, look);
    const primaries = new Set(owners.map(({ node }) => node.identity.address));
    return {
      ...{ profile, owners, close },
      observed: look.nodes.filter(({ node }) => primaries.has(node.address)),
      lookAgain: async () => {
        const again = await open(profile);
        try {
          return ownersOf(profile, again, await lookAt(context, profile, again));
        } catch (error) {
          // While a server is away it is looked for many times.
          again.close();
          throw error;
        }
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function firstLook(
  context: Context,
  profile: Profile,
  open: (profile: Profile) => Promise<Fleet>,
): Promise<{ profile: Profile; look: ObservedTarget; fleet: Fleet }> {
  const fleet = await open(profile);
  const look = await lookAt(context, profile, fleet);
  const inCluster = look.nodes.some(({ facts: { server } }) => server?.ok === true && server.value.mode === "cluster");
  if (!inCluster || profile.kind === "cluster") return { profile, look, fleet };
  // A URL of one member means the keys of its cluster: half of them would be MOVED.
  const cluster = asCluster(profile);
  const members = await open(cluster);
  return { profile: cluster, look: await lookAt(context, cluster, members), fleet: members };
}

function lookAt({ change }: Context, profile: Profile, fleet: Fleet): Promise<ObservedTarget> {
  return profile.kind === "cluster"
    ? observeCluster(fleet, profile.identity)
    : observeTarget(fleet, profile.identity, 0, change.clock);
}

function ownersOf(profile: Profile, fleet: Fleet, look: ObservedTarget): KeyOwner[] {
  const nodeAt = (address: string) => fleet.nodes.find(({ identity }) => identity.address === address);
  if (profile.kind === "cluster") {
    const { nodes } = topologyOf(look, {}, profile.natMap);
    const owners = nodes.flatMap(({ address, announced, role, slots, migrating, importing, reachable }): KeyOwner[] => {
      const node = nodeAt(address);
      if (node === undefined || role !== "primary" || slots.length === 0 || !reachable) return [];
      return [{ node, announced, slots, slotsMoving: migrating.length + importing.length > 0 }];
    });
    // Nodes without slots may get some: redirections name them.
    const empty = nodes.flatMap(({ address, announced, role, slots, reachable }): KeyOwner[] => {
      const node = nodeAt(address);
      return node === undefined || role !== "primary" || slots.length > 0 || !reachable
        ? []
        : [{ node, announced, slots: [], slotsMoving: false }];
    });
    return owners.length === 0 ? nobody(look) : [...owners, ...empty];
  }
  const primaries = look.nodes.filter(
    ({ node, facts: { reachability } }) =>
      node.role === "primary" && reachability?.ok === true && reachability.value.reachable,
  );
  if (primaries.length > 1)
    throw new CachectlError(
      "usage",
      "several-primaries",
      `${profile.identity.name} has several primaries that know nothing of each other: ${primaries.map(({ node }) => node.address).join(", ")}`,
      "Name one of them: a profile with one host, or with the `master` that is meant.",
    );
  const node = nodeAt(primaries[0]?.node.address ?? "");
  return node === undefined ? nobody(look) : [{ node, announced: null, slots: null, slotsMoving: false }];
}

function nobody({ target, nodes, discoveryGaps }: ObservedTarget): never {
  const failures = nodes.flatMap(({ facts: { reachability } }) =>
    reachability?.ok === true && reachability.value.failure !== null ? [reachability.value.failure.message] : [],
  );
  const why = [...new Set([...failures, ...discoveryGaps])].join("; ");
  throw new CachectlError(
    "unreached",
    "no-primary",
    `no primary of ${target.name} answered${why === "" ? "" : `: ${why}`}; nothing was changed`,
    "Check the profile, and `cachectl analyze` on the same target.",
  );
}
