import type { FleetNode } from "../../model/node-port.js";
import { parseClusterSlots, type SlotOwner } from "../../protocol/cluster-slots.js";

export type { SlotOwner } from "../../protocol/cluster-slots.js";

/** Who owns which slots, as this node sees it. Read-only: CLUSTER SLOTS. */
export async function askSlotOwners(node: FleetNode): Promise<SlotOwner[]> {
  return parseClusterSlots(await (await node.openRedis()).call("CLUSTER", "SLOTS"));
}
