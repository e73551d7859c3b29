import type { ReplicationFacts } from "../../model/facts.js";
import type { FleetNode, RedisPort } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import { parseInfo } from "../../protocol/info.js";
import { replyList } from "../../protocol/replies.js";
import { parseReplication } from "../../protocol/replication.js";
import { ConnectError } from "../../model/errors.js";
import { failureSentence, type NodeConnections } from "../node-connections.js";
import { splitAddress } from "../split-address.js";

/** The part of a node's replication state that leads to other nodes. */
type Links = Pick<ReplicationFacts, "role" | "primaryAddress"> & { replicaAddresses: string[] };

/** From each seed to its replicas, or to its primary and that one's replicas. */
export async function discoverStandalone(profile: Profile, nodes: NodeConnections): Promise<() => Promise<string[]>> {
  const seeds = profile.seeds.map((seed) => nodes.add(seed, "redis", "unknown"));
  if (!profile.discover) return () => Promise.resolve([]);
  const gaps = await Promise.all(seeds.map((seed) => follow(seed, nodes)));
  return () => Promise.resolve(gaps.filter((gap) => gap !== null));
}

async function follow(seed: FleetNode, nodes: NodeConnections): Promise<string | null> {
  try {
    const links = await askLinks(seed);
    seed.identity.role = links.role;
    addReplicas(links, nodes);
    const primary = links.primaryAddress === null ? null : splitAddress(links.primaryAddress);
    if (primary === null) return null;
    const primaryNode = nodes.add(nodes.translate(primary.host, primary.port), "redis", "primary");
    addReplicas(await askLinks(primaryNode), nodes);
    return null;
  } catch (error) {
    // An unreachable seed speaks for itself: it is on the list, as a node that did not answer.
    if (!(await isOpen(seed))) return null;
    return `other nodes of this replication group are not known: ${failureSentence(error)}`;
  }
}

async function askLinks(node: FleetNode): Promise<Links> {
  const port = await node.openRedis();
  if (port.greeting.pingError === null && (await isSentinel(port))) {
    node.identity.family = "sentinel";
    throw new ConnectError(
      "not-the-protocol",
      `${node.identity.address} is a Sentinel`,
      `Use redis+sentinel://${node.identity.address} or a profile of kind sentinel.`,
    );
  }
  try {
    const replication = parseReplication(parseInfo(String(await port.call("INFO", "replication"))));
    if (replication !== null)
      return { ...replication, replicaAddresses: replication.replicas.map(({ address }) => address) };
  } catch {
    // Not permitted, perhaps; ROLE is in another ACL category and tells the same.
  }
  return linksFromRole(replyList(await port.call("ROLE")));
}

/** `master offset [[ip, port, offset] …]` or `slave host port state offset`. */
function linksFromRole(role: ReturnType<typeof replyList>): Links {
  if (role[0] === "slave")
    return { role: "replica", primaryAddress: `${String(role[1])}:${String(role[2])}`, replicaAddresses: [] };
  const replicas = replyList(role[2]).map((entry) => replyList(entry));
  return {
    role: "primary",
    primaryAddress: null,
    replicaAddresses: replicas.map(([ip, port]) => `${String(ip)}:${String(port)}`),
  };
}

function addReplicas({ replicaAddresses }: Links, nodes: NodeConnections): void {
  for (const address of replicaAddresses) {
    const endpoint = splitAddress(address);
    if (endpoint !== null) nodes.add(nodes.translate(endpoint.host, endpoint.port), "redis", "replica");
  }
}

/** ROLE answers `sentinel` there; a login that may not ask is taken at the profile's word. */
async function isSentinel(port: RedisPort): Promise<boolean> {
  return port.call("ROLE").then(
    (reply) => replyList(reply)[0] === "sentinel",
    () => false,
  );
}

async function isOpen(node: FleetNode): Promise<boolean> {
  return node.openRedis().then(
    () => true,
    () => false,
  );
}
