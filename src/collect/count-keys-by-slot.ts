import { ServerReplyError } from "../model/errors.js";
import { known, missing, type Fact } from "../model/fact.js";
import { ReplyError, type FleetNode, type RedisBulkPort } from "../model/node-port.js";
import { slotsOf, type SlotRange } from "../model/slot-ranges.js";
import { encodeCommand } from "../protocol/resp.js";
import { whyMissing } from "./ask.js";

/** Slot → its number. */
export type SlotNumbers = Map<number, number>;

/** Answered within a millisecond, so that other clients are served in between. */
const slotsPerPipeline = 1_024;

/** CLUSTER COUNTKEYSINSLOT for each of the slots, over a bulk connection of its own. Read-only, O(1) for each slot. */
export async function countKeysBySlot(node: FleetNode, slots: readonly SlotRange[]): Promise<Fact<SlotNumbers>> {
  let port: RedisBulkPort | null = null;
  try {
    port = await node.openBulk();
    return await count(port, slotsOf(slots));
  } catch (error) {
    return whyMissing(error);
  } finally {
    port?.close();
  }
}

async function count(port: RedisBulkPort, slots: readonly number[]): Promise<Fact<SlotNumbers>> {
  const counts: SlotNumbers = new Map();
  for (let from = 0; from < slots.length; from += slotsPerPipeline) {
    const asked = slots.slice(from, from + slotsPerPipeline);
    const request = asked.map((slot) => encodeCommand("CLUSTER", "COUNTKEYSINSLOT", String(slot))).join("");
    const replies = await port.pipeline(request, asked.length);
    for (const [i, reply] of replies.entries()) {
      if (reply instanceof ReplyError)
        return whyMissing(new ServerReplyError("CLUSTER COUNTKEYSINSLOT", reply.text, "Let this login ask it."));
      if (typeof reply !== "number") return missing("failed", "CLUSTER COUNTKEYSINSLOT does not answer with a number");
      counts.set(asked[i] ?? 0, reply);
    }
  }
  return known(counts);
}
