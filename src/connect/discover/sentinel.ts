import type { FleetNode } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { SentinelMasterFacts } from "../../model/facts.js";
import { parseSentinelList, parseSentinelMasters } from "../../protocol/sentinel.js";
import { splitAddress } from "../split-address.js";
import { failureSentence, type NodeConnections } from "../node-connections.js";

interface Monitored {
  master: SentinelMasterFacts;
  replicas: Record<string, string>[];
  sentinels: Record<string, string>[];
}

/** Asks all sentinels of the profile at once; the first that watches what is wanted names masters, replicas and its fellow sentinels. */
export async function discoverSentinel(profile: Profile, nodes: NodeConnections): Promise<() => Promise<string[]>> {
  const seeds = profile.seeds.map((seed) => nodes.add(seed, "sentinel", "sentinel"));
  if (!profile.discover) return () => Promise.resolve([]);
  const asked = seeds.map((seed) => askSentinel(seed, namesOf(profile)));
  const first = await bestAnswer(asked);
  if (first === null) return () => allFailed(asked);
  addMonitored(nodes, first);
  return () => Promise.resolve(unmonitored(profile.masterName, first));
}

/** Adds all that one sentinel names; gives its fellow sentinels. */
export function addMonitored(nodes: NodeConnections, { monitored }: SentinelAnswer): FleetNode[] {
  return monitored.flatMap(({ master, replicas, sentinels }) => {
    const primary = splitAddress(master.address);
    if (primary !== null) nodes.add(nodes.translate(primary.host, primary.port), "redis", "primary");
    for (const fields of replicas) addListed(nodes, fields, "redis");
    return sentinels.map((fields) => addListed(nodes, fields, "sentinel")).filter((node) => node !== null);
  });
}

/** A sentinel that was restarted with an empty configuration answers too, and must not speak for the others. */
async function bestAnswer(asked: Promise<SentinelAnswer>[]): Promise<SentinelAnswer | null> {
  const watching = asked.map(async (answer) => {
    const given = await answer;
    if (given.monitored.length === 0) throw new Error("monitors nothing of what is asked for");
    return given;
  });
  return Promise.any(watching)
    .catch(() => Promise.any(asked))
    .catch(() => null);
}

function namesOf({ masterName }: Profile): string[] {
  return masterName === null ? [] : [masterName];
}

export interface SentinelAnswer {
  monitored: Monitored[];
  names: string[];
}

/** @param wantedNames empty: every master that it watches */
export async function askSentinel(seed: FleetNode, wantedNames: readonly string[]): Promise<SentinelAnswer> {
  const port = await seed.openRedis();
  const masters = parseSentinelMasters(await port.call("SENTINEL", "MASTERS"));
  const wanted = masters.filter(({ name }) => wantedNames.length === 0 || wantedNames.includes(name));
  const monitored = wanted.map(async (master) => {
    const [replicas, sentinels] = await Promise.all([
      port.call("SENTINEL", "REPLICAS", master.name),
      port.call("SENTINEL", "SENTINELS", master.name),
    ]);
    return { master, replicas: parseSentinelList(replicas), sentinels: parseSentinelList(sentinels) };
  });
  return { monitored: await Promise.all(monitored), names: masters.map(({ name }) => name) };
}

function addListed(
  nodes: NodeConnections,
  fields: Record<string, string>,
  family: "redis" | "sentinel",
): FleetNode | null {
  const port = Number(fields["port"]);
  const host = fields["ip"];
  // Port 0 is a sentinel that has announced itself under a name it cannot resolve; there is nothing to dial.
  if (host === undefined || host === "" || !(port > 0)) return null;
  return nodes.add(nodes.translate(host, port), family, family === "redis" ? "replica" : "sentinel");
}

export function unmonitored(masterName: string | null, { monitored, names }: SentinelAnswer): string[] {
  if (monitored.length > 0) return [];
  if (masterName === null) return ["the sentinels monitor no master"];
  return [
    `the sentinels do not monitor a master named ${masterName}${names.length > 0 ? `; they monitor ${names.join(", ")}` : ""}`,
  ];
}

export async function allFailed(asked: Promise<SentinelAnswer>[]): Promise<string[]> {
  const failures = await Promise.all(asked.map((answer) => answer.then(() => "", failureSentence)));
  return [`the monitored nodes are not known: ${[...new Set(failures)].join("; ")}`];
}
