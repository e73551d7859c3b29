import type { Fact } from "../model/fact.js";
import type { ClusterInfoFacts, ClusterViewFacts } from "../model/facts.js";
import type { RedisPort } from "../model/node-port.js";
import { parseClusterNodes } from "../protocol/cluster-nodes.js";
import { numberField, parseInfo } from "../protocol/info.js";
import { ask } from "./ask.js";

/** CLUSTER INFO. Read-only. */
export function collectClusterInfo(port: Pick<RedisPort, "call">): Promise<Fact<ClusterInfoFacts>> {
  return ask(port.call("CLUSTER", "INFO"), (reply) => parseClusterInfo(String(reply)), "not in cluster mode");
}

/** CLUSTER NODES: this node's own view. Read-only. */
export function collectClusterView(port: Pick<RedisPort, "call">): Promise<Fact<ClusterViewFacts>> {
  return ask(port.call("CLUSTER", "NODES"), (reply) => parseClusterNodes(String(reply)), "not in cluster mode");
}

/** `cluster_state:ok` and so on, a field a line. */
export function parseClusterInfo(text: string): ClusterInfoFacts | null {
  const fields = parseInfo(text)[""];
  const state = fields?.["cluster_state"];
  if (state === undefined) return null;
  return {
    state,
    slotsAssigned: numberField(fields, "cluster_slots_assigned"),
    slotsOk: numberField(fields, "cluster_slots_ok"),
    slotsPfail: numberField(fields, "cluster_slots_pfail"),
    slotsFail: numberField(fields, "cluster_slots_fail"),
    knownNodes: numberField(fields, "cluster_known_nodes"),
    size: numberField(fields, "cluster_size"),
    currentEpoch: numberField(fields, "cluster_current_epoch"),
    myEpoch: numberField(fields, "cluster_my_epoch"),
  };
}
