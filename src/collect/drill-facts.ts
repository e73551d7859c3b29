import { ServerReplyError } from "../model/errors.js";
import { missing, type Fact } from "../model/fact.js";
import type { Fleet, FleetNode, RedisPort } from "../model/node-port.js";
import type { DataNodeSight, DrillFacts, DrillReplication, SentinelView } from "../model/sentinel-drill.js";
import { flagField, parseInfo } from "../protocol/info.js";
import { replyNumber, textMap } from "../protocol/replies.js";
import { parseReplication } from "../protocol/replication.js";
import { parseSentinelMasters, parseSentinelReplicas } from "../protocol/sentinel.js";
import { ask, whyMissing } from "./ask.js";

export interface DrillQuestion {
  target: string;
  masterName: string;
  /** Announced `host:port` → the address that is dialled. */
  dialled: (announced: string) => string;
}

/** Asks every sentinel and every data node at the same time what a failover drill has to know. Read-only. */
export async function collectDrillFacts(fleet: Fleet, question: DrillQuestion): Promise<DrillFacts> {
  const of = (family: "sentinel" | "redis") => fleet.nodes.filter(({ identity }) => identity.family === family);
  const [sentinels, nodes, minReplicas, gaps] = await Promise.all([
    Promise.all(
      of("sentinel").map(async (node) => ({ address: node.identity.address, view: await viewOf(node, question) })),
    ),
    Promise.all(of("redis").map(sightOf)),
    Promise.all(of("redis").map(async (node) => [node.identity.address, await minReplicasOf(node)] as const)),
    fleet.gaps(),
  ]);
  const { target, masterName } = question;
  return { target, masterName, sentinels, nodes, minReplicas: Object.fromEntries(minReplicas), gaps };
}

async function viewOf(node: FleetNode, { masterName, dialled }: DrillQuestion): Promise<Fact<SentinelView>> {
  return withPort(node, async (port) => {
    const masters = await ask(port.call("SENTINEL", "MASTERS"), parseSentinelMasters, "not a Sentinel");
    if (!masters.ok) return masters;
    const master = masters.value.find(({ name }) => name === masterName);
    if (master === undefined) return missing("not-supported", `it does not monitor ${masterName}`);
    const rest = Promise.all([
      port.call("SENTINEL", "REPLICAS", masterName),
      port.call("INFO", "sentinel"),
      quorumObjection(port, masterName),
    ]);
    const { address, configEpoch, flags, downAfterMs } = master;
    return ask(
      rest,
      ([replicas, info, objection]) => ({
        ...{ primary: dialled(address), configEpoch, flags, downAfterMs, quorumObjection: objection },
        tilt: flagField(parseInfo(String(info))["sentinel"], "sentinel_tilt"),
        replicas: parseSentinelReplicas(replicas).map((one) => ({ ...one, address: dialled(one.address) })),
      }),
      "not a Sentinel",
    );
  });
}

/** It objects by an error reply, NOQUORUM; any other refusal leaves it unknown whether there is a quorum. */
async function quorumObjection(port: RedisPort, masterName: string): Promise<string | null> {
  try {
    await port.call("SENTINEL", "CKQUORUM", masterName);
    return null;
  } catch (error) {
    if (error instanceof ServerReplyError && error.replyCode === "NOQUORUM")
      return error.message.replace(/^SENTINEL CKQUORUM: /, "");
    throw error;
  }
}

async function sightOf(node: FleetNode): Promise<DataNodeSight> {
  const replication = await withPort(node, (port) =>
    ask(port.call("INFO", "replication"), (text) => readReplication(String(text)), "it does not show INFO replication"),
  );
  return { address: node.identity.address, replication };
}

function readReplication(text: string): DrillReplication | null {
  const facts = parseReplication(parseInfo(text));
  if (facts === null) return null;
  const { role, linkStatus, syncInProgress, offset, replicaOffset } = facts;
  return {
    role,
    linkUp: linkStatus === "up",
    syncing: syncInProgress === true,
    offset: role === "primary" ? offset : replicaOffset,
  };
}

function minReplicasOf(node: FleetNode): Promise<Fact<number>> {
  return withPort(node, (port) =>
    ask(
      port.call("CONFIG", "GET", "min-replicas-to-write"),
      (reply) => replyNumber(textMap(reply)["min-replicas-to-write"]),
      "CONFIG GET does not show min-replicas-to-write",
    ),
  );
}

async function withPort<T>(node: FleetNode, look: (port: RedisPort) => Promise<Fact<T>>): Promise<Fact<T>> {
  try {
    return await look(await node.openRedis());
  } catch (error) {
    const { cause, reason } = whyMissing(error);
    return missing(cause, reason);
  }
}
