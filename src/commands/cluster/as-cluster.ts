import { CachectlError } from "../../model/errors.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";

/**
 * The profile as one of a cluster. A bare `HOST:PORT` or `redis://` URL names one server and cannot say that it belongs to a
 * cluster, so here it is taken for a member; a profile's file means what it says.
 *
 * @throws CachectlError usage when it is of another kind
 */
export function asCluster(profile: Profile): Profile {
  if (profile.kind === "cluster") return profile;
  if (profile.kind === "standalone" && profile.source === "url")
    return { ...profile, kind: "cluster", database: 0, identity: { ...profile.identity, kind: "cluster" } };
  throw notACluster(`${profile.identity.name} is of kind ${profile.kind}`);
}

/**
 * Refuses what answers and is something else: a report of no members and no slots would look like a cluster in ruins.
 *
 * @throws CachectlError usage when no node shows a view of a cluster, and one says that it is not in cluster mode
 */
export function refuseOtherServers({ nodes }: ObservedTarget): void {
  if (nodes.some(({ facts }) => facts.clusterView?.ok === true)) return;
  const other = nodes.find(({ facts: { server } }) => server?.ok === true && server.value.mode !== "cluster");
  if (other !== undefined) throw notACluster(`${other.node.address} is not in cluster mode`);
}

/** @param what why, as a clause */
export function notACluster(what: string): CachectlError {
  return new CachectlError(
    "usage",
    "not-a-cluster",
    `${what}, and this verb works on a Redis or Valkey cluster`,
    "Name a profile of kind cluster, or a member as HOST:PORT.",
  );
}

/** For a verb that changes keys: most of them are another member's. */
export function onlyAMember({ identity }: Profile, address: string): CachectlError {
  return new CachectlError(
    "usage",
    "member-of-a-cluster",
    `${identity.name} is meant as one server, and ${address} is a member of a cluster: the keys of other slots are not there; nothing was changed`,
    `Name the cluster: -p redis+cluster://${address}, or \`kind: cluster\` in the profile.`,
  );
}
