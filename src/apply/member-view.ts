import { CachectlError, ServerReplyError } from "../model/errors.js";
import type { ClusterViewFacts, ClusterViewNode } from "../model/facts.js";
import type { FleetNode } from "../model/node-port.js";
import { parseClusterNodes } from "../protocol/cluster-nodes.js";
import { numberField, parseInfo } from "../protocol/info.js";

/** CLUSTER NODES of one member, asked now. Read-only. Rejects as the connection does. */
export async function askView(node: FleetNode): Promise<ClusterViewFacts> {
  const port = await node.openRedis();
  return parseClusterNodes(String(await port.call("CLUSTER", "NODES")));
}

/** `cluster_state` of one member, and how many nodes it knows. Read-only. */
export async function askState(node: FleetNode): Promise<{ state: string; slotsOk: number | null }> {
  const port = await node.openRedis();
  const fields = parseInfo(String(await port.call("CLUSTER", "INFO")))[""];
  return { state: fields?.["cluster_state"] ?? "unknown", slotsOk: numberField(fields, "cluster_slots_ok") };
}

/** Whether a replica is linked to its primary and has all its data; null: it is, else what it does, as a clause. */
export async function linkProblem(node: FleetNode): Promise<string | null> {
  const port = await node.openRedis();
  const fields = parseInfo(String(await port.call("INFO", "replication")))["replication"] ?? {};
  if (fields["role"] !== "slave") return "is not a replica yet";
  if (fields["master_sync_in_progress"] === "1") return "is still copying its primary's data";
  return fields["master_link_status"] === "up" ? null : "has no link to its primary";
}

/** A member that this node talks to: met, and by no word of it down. `nofailover` is no failure, so whole flags are compared. */
export function isSound({ flags, linkState, myself }: ClusterViewNode): boolean {
  if (myself) return true;
  return linkState === "connected" && !flags.some((flag) => unsound.has(flag));
}

const unsound = new Set(["handshake", "fail", "fail?", "noaddr"]);

/** A node that cannot be asked stays away for the moment: what it does not say is missing, with the reason. */
export async function orClause(address: string, look: () => Promise<string | null>): Promise<string | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ServerReplyError) return `${address} refuses: ${error.message}`;
    if (error instanceof CachectlError && error.kind !== "interrupted")
      return `${address} does not answer: ${error.message}`;
    throw error;
  }
}

/** The first of what is missing, and how many more. */
export function firstOf(missing: readonly (string | null)[]): string | null {
  const all = missing.filter((clause) => clause !== null);
  const [first] = all;
  if (first === undefined) return null;
  return all.length === 1 ? first : `${first} (and ${all.length - 1} more)`;
}
