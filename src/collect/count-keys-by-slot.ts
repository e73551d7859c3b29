import { ServerReplyError } from "../model/errors.js";
import { known, missing, type Fact, type Missing } from "../model/fact.js";
import { ReplyError, type FleetNode, type RedisBulkPort } from "../model/node-port.js";
import { slotsOf, type SlotRange } from "../model/slot-ranges.js";
import { parseInfo } from "../protocol/info.js";
import { encodeCommand } from "../protocol/resp.js";
import { whyMissing } from "./ask.js";
import { parseKeyspace } from "./keyspace.js";

/** Slot → its number. */
export type SlotNumbers = Map<number, number>;

/** Answered within a millisecond, so that other clients are served in between. */
const slotsPerPipeline = 1_024;

/**
 * CLUSTER COUNTKEYSINSLOT for each of the slots, over a bulk connection of its own. Read-only, O(1) for each slot.
 *
 * It counts the selected database only (Valkey 9.1), and from Valkey 9 on a cluster may have several (cluster-databases): so it
 * is asked in each database that INFO says has keys, and the sums are what the slots hold.
 */
export async function countKeysBySlot(node: FleetNode, slots: readonly SlotRange[]): Promise<Fact<SlotNumbers>> {
  let port: RedisBulkPort | null = null;
  try {
    port = await node.openBulk();
    return await countInAll(port, slotsOf(slots));
  } catch (error) {
    return whyMissing(error);
  } finally {
    port?.close();
  }
}

async function countInAll(port: RedisBulkPort, slots: readonly number[]): Promise<Fact<SlotNumbers>> {
  const info = await port.call("INFO", "keyspace");
  const keyspace = typeof info === "string" ? parseKeyspace(parseInfo(info)) : null;
  if (keyspace === null) return missing("failed", "INFO keyspace does not say which databases have keys");
  const counts: SlotNumbers = new Map(slots.map((slot) => [slot, 0]));
  // A bulk connection of a cluster begins in database 0.
  let selected = "0";
  for (const database of Object.keys(keyspace.databases)) {
    if (database !== selected) await port.call("SELECT", database);
    selected = database;
    const failure = await addCounts(port, slots, counts);
    if (failure !== null) return failure;
  }
  return known(counts);
}

/** Null when it is done. */
async function addCounts(port: RedisBulkPort, slots: readonly number[], counts: SlotNumbers): Promise<Missing | null> {
  for (let from = 0; from < slots.length; from += slotsPerPipeline) {
    const asked = slots.slice(from, from + slotsPerPipeline);
    const request = asked.map((slot) => encodeCommand("CLUSTER", "COUNTKEYSINSLOT", String(slot))).join("");
    const replies = await port.pipeline(request, asked.length);
    for (const [i, reply] of replies.entries()) {
      if (reply instanceof ReplyError)
        return whyMissing(new ServerReplyError("CLUSTER COUNTKEYSINSLOT", reply.text, "Let this login ask it."));
      if (typeof reply !== "number") return missing("failed", "CLUSTER COUNTKEYSINSLOT does not answer with a number");
      const slot = asked[i] ?? 0;
      counts.set(slot, (counts.get(slot) ?? 0) + reply);
    }
  }
  return null;
}
