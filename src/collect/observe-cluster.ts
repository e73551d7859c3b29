import { ServerReplyError } from "../model/errors.js";
import { known } from "../model/fact.js";
import { compareAddresses, type TargetIdentity } from "../model/node.js";
import {
  ReplyError,
  type BulkReply,
  type Fleet,
  type FleetNode,
  type RedisPort,
  type Reply,
} from "../model/node-port.js";
import type { NodeFacts, ObservedNode, ObservedTarget } from "../model/observation.js";
import { parseInfo } from "../protocol/info.js";
import { ask } from "./ask.js";
import { collectClusterInfo, collectClusterView } from "./cluster.js";
import { collectConfig } from "./config.js";
import { infoFacts } from "./info-topics.js";
import { dropRepeatedNodes } from "./observe-target.js";
import { notReached, stillReached } from "./reachability.js";
import { collectSlotMigrations } from "./slot-migrations.js";

/**
 * Observes what a change of the topology has to know, on all nodes at the same time: INFO, the settings, and each node's own
 * view of the cluster. Read-only, and no sample: made to be asked again and again while a change spreads. Topics that it does
 * not ask about are absent.
 *
 * Every look dials anew, so that a node that was restarted meanwhile is seen alive.
 *
 * @throws CachectlError of kind `interrupted` when the run is aborted; an unreachable node is part of the observation
 */
export async function observeCluster(fleet: Fleet, target: TargetIdentity): Promise<ObservedTarget> {
  const nodes = await Promise.all(fleet.nodes.map(observeMember));
  const sorted = dropRepeatedNodes(nodes).sort((a, b) => compareAddresses(a.node.address, b.node.address));
  return { target, nodes: sorted, discoveryGaps: await fleet.gaps() };
}

async function observeMember(node: FleetNode): Promise<ObservedNode> {
  try {
    const facts = await collectMember(node);
    const role = facts.replication?.ok === true ? facts.replication.value.role : node.identity.role;
    return { node: { ...node.identity, role }, facts: { ...facts, reachability: known(stillReached(facts)) } };
  } catch (error) {
    return { node: { ...node.identity }, facts: { reachability: known(notReached(error)) } };
  }
}

/** @throws ConnectError when the node cannot be reached */
async function collectMember(node: FleetNode): Promise<NodeFacts> {
  const bulk = await node.openBulk();
  try {
    const port: Pick<RedisPort, "call"> = {
      call: async (command, ...args) => plainReply(command, await bulk.call(command, ...args)),
    };
    const [clusterInfo, clusterView, config, info] = await Promise.all([
      collectClusterInfo(port),
      collectClusterView(port),
      collectConfig(port),
      ask(port.call("INFO"), (reply) => parseInfo(String(reply)), "no INFO"),
    ]);
    const topics = infoFacts(info);
    const { server, memory, replication, keyspace, counters } = topics;
    const slotMigrations = await collectSlotMigrations(port, server);
    const reachability = known({ reachable: true, failure: null, connectMs: null, pingMs: null, pingError: null });
    return {
      ...{ reachability, clusterInfo, clusterView, config, slotMigrations },
      ...{ server, memory, replication, keyspace, counters },
    };
  } finally {
    bulk.close();
  }
}

/** An error inside a list is unusual, and nothing that these topics could be read from. */
function plainReply(command: string, reply: BulkReply): Reply {
  if (reply instanceof ReplyError) throw new ServerReplyError(command, reply.text, "Look at the server's log.");
  return Array.isArray(reply) ? reply.map((item) => plainReply(command, item)) : reply;
}
