import type { KeyOwner } from "../../apply/invalidate/key-owner.js";
import { observeCluster } from "../../collect/observe-cluster.js";
import { observeTarget } from "../../collect/observe-target.js";
import { CachectlError } from "../../model/errors.js";
import type { Fleet } from "../../model/node-port.js";
import type { ObservedNode, ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";
import { topologyOf } from "../../plan/topology.js";
import { asCluster, onlyAMember } from "../cluster/as-cluster.js";
import type { Context } from "../context.js";
import { LastingNodes } from "../lasting-nodes.js";

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
  const nodes = new LastingNodes<KeyOwner["node"]>();
  const { profile, owners, look } = await lookAt(context, wanted, nodes);
  const primaries = new Set(owners.map(({ node }) => node.identity.address));
  return {
    ...{ profile, owners, close: () => nodes.close() },
    observed: look.nodes.filter(({ node }) => primaries.has(node.address)),
    lookAgain: async () => (await lookAt(context, profile, nodes)).owners,
  };
}

async function lookAt(
  context: Context,
  profile: Profile,
  nodes: LastingNodes<KeyOwner["node"]>,
): Promise<{ profile: Profile; owners: KeyOwner[]; look: ObservedTarget }> {
  const fleet = await context.change.openFleet(profile);
  try {
    const look = await observe(context, profile, fleet);
    const member = profile.kind === "cluster" ? null : memberOf(look);
    if (member !== null) {
      // A URL of one member means the keys of its cluster: most of them would be MOVED. A profile means what it says.
      if (profile.source !== "url") throw onlyAMember(profile, member);
      fleet.close();
      return await lookAt(context, asCluster(profile), nodes);
    }
    const owners = ownersOf(profile, fleet, look);
    nodes.take(
      fleet,
      owners.map(({ node }) => node),
    );
    return { profile, look, owners: owners.map((owner) => ({ ...owner, node: nodes.lasting(owner.node) })) };
  } catch (error) {
    // While a server is away it is looked for many times.
    fleet.close();
    throw error;
  }
}

function observe({ change }: Context, profile: Profile, fleet: Fleet): Promise<ObservedTarget> {
  return profile.kind === "cluster"
    ? observeCluster(fleet, profile.identity)
    : observeTarget(fleet, profile.identity, 0, change.clock);
}

function memberOf({ nodes }: ObservedTarget): string | null {
  const member = nodes.find(({ facts: { server } }) => server?.ok === true && server.value.mode === "cluster");
  return member?.node.address ?? null;
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
