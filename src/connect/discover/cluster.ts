import type { Endpoint, NodeRole } from "../../model/node.js";
import { formatEndpoint } from "../../model/node.js";
import { ServerReplyError } from "../../model/errors.js";
import type { FleetNode, RedisPort } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import { parseClusterNodes } from "../../protocol/cluster-nodes.js";
import { parseClusterShards } from "../../protocol/cluster-shards.js";
import { failureSentence, type NodeConnections } from "../node-connections.js";

interface Member {
  id: string;
  host: string;
  port: number;
  role: NodeRole;
}

interface Answer {
  seed: Endpoint;
  myId: string;
  members: Member[];
}

/**
 * Asks all seeds at once; the first that names the members decides. A seed that is only another name of a member is
 * dropped from the list, so that no node is counted twice.
 */
export async function discoverCluster(profile: Profile, nodes: NodeConnections): Promise<() => Promise<string[]>> {
  const seeds = profile.seeds.map((seed) => ({ seed, node: nodes.add(seed, "redis", "unknown") }));
  if (!profile.discover) return () => Promise.resolve([]);
  const asked = seeds.map(({ seed, node }) => askMembers(seed, node, profile.tls !== null));
  const first = await Promise.any(asked).catch(() => null);
  if (first === null) return () => allFailed(asked);
  const members = new Set<string>();
  for (const { id, host, port, role } of first.members.filter(hasAddress)) {
    const endpoint = id === first.myId ? first.seed : nodes.translate(host, port);
    nodes.add(endpoint, "redis", role);
    members.add(formatEndpoint(endpoint));
  }
  for (const { seed } of seeds) if (!members.has(formatEndpoint(seed))) nodes.forget(seed);
  return async () => [
    ...first.members
      .filter((member) => !hasAddress(member))
      .map(({ id }) => `cluster member ${id} has no known address`),
    ...(await otherSeeds(
      first,
      asked,
      seeds.map(({ seed }) => seed),
      members,
    )),
  ];
}

async function askMembers(seed: Endpoint, node: FleetNode, tls: boolean): Promise<Answer> {
  const port = await node.openRedis();
  const fallbackHost = "host" in seed ? seed.host : "127.0.0.1";
  const answer = tls
    ? await askShards(port, tls).catch(() => askNodes(port))
    : await askNodes(port).catch(() => askShards(port, tls));
  // A node that has never been told its own address announces none.
  return {
    seed,
    ...answer,
    members: answer.members.map((member) => ({ ...member, host: member.host || fallbackHost })),
  };
}

async function askNodes(port: RedisPort): Promise<Omit<Answer, "seed">> {
  const view = parseClusterNodes(String(await port.call("CLUSTER", "NODES")));
  // A handshake may end with another id or not at all; it is no member yet.
  const members = view.nodes.filter(({ flags }) => !flags.includes("handshake"));
  return {
    myId: view.myId,
    members: members.map((node) => (node.flags.includes("noaddr") ? { ...node, port: 0 } : node)),
  };
}

/** Needed with TLS, where CLUSTER NODES may name the plain port, and where an ACL permits only this. */
async function askShards(port: RedisPort, tls: boolean): Promise<Omit<Answer, "seed">> {
  const [shards, myId] = await Promise.all([port.call("CLUSTER", "SHARDS"), port.call("CLUSTER", "MYID")]);
  return { myId: String(myId), members: parseClusterShards(shards, tls) };
}

function hasAddress({ port }: Member): boolean {
  return port > 0;
}

async function allFailed(asked: Promise<Answer>[]): Promise<string[]> {
  const failures = await Promise.all(asked.map((answer) => answer.then(() => "", seedFailure)));
  return [`the members of the cluster are not known: ${[...new Set(failures)].join("; ")}`];
}

function seedFailure(error: unknown): string {
  if (error instanceof ServerReplyError && /cluster support disabled/i.test(error.message))
    return "the node is not in cluster mode (profile kind: standalone)";
  return failureSentence(error);
}

/** Seeds that did not answer first: silent when they are members, told when they failed or belong to another cluster. */
async function otherSeeds(
  first: Answer,
  asked: Promise<Answer>[],
  seeds: Endpoint[],
  members: Set<string>,
): Promise<string[]> {
  const gaps = seeds.map(async (seed, i) => {
    const address = formatEndpoint(seed);
    if (members.has(address)) return null;
    const answer = await asked[i]?.catch((error: unknown) => `seed ${seedFailure(error)}`);
    if (answer === undefined || typeof answer === "string") return answer ?? null;
    return first.members.some(({ id }) => id === answer.myId) ? null : `seed ${address} belongs to another cluster`;
  });
  return (await Promise.all(gaps)).filter((gap) => gap !== null);
}
