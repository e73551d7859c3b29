import type { Fact } from "../../model/fact.js";
import { slotCount } from "../../model/hash-slot.js";
import type { RedisPort, Reply } from "../../model/node-port.js";
import type { SlotStats } from "../../model/slot-stats.js";
import { replyList, replyMap, replyNumber } from "../../protocol/replies.js";
import { ask } from "../ask.js";

/** All slots in one answer, or sorted by the server, hold it for 5 to 10 ms (Valkey 9.1); an eighth takes 0.6 ms. */
const slotsPerCall = slotCount / 8;

/**
 * CLUSTER SLOT-STATS of all slots that the node's shard owns (Valkey 8.0+, Redis 8.2+): counted since they were last reset
 * or the slot last moved. CPU and network are there only under `cluster-slot-stats-enabled`. Read-only, O(slots).
 */
export function collectSlotStats(port: RedisPort): Promise<Fact<SlotStats>> {
  return ask(askInRanges(port), parseSlotStats, "CLUSTER SLOT-STATS does not answer with a list");
}

/** One after the other, so that other clients are served in between. */
async function askInRanges(port: RedisPort): Promise<Reply> {
  const slots: Reply[] = [];
  for (let first = 0; first < slotCount; first += slotsPerCall) {
    const range = [String(first), String(first + slotsPerCall - 1)];
    const reply = await port.call("CLUSTER", "SLOT-STATS", "SLOTSRANGE", ...range);
    if (!Array.isArray(reply)) return null;
    for (const slot of reply) slots.push(slot);
  }
  return slots;
}

/** `[slot, [name, value, …]]` for each; both products name the fields alike, and later versions add some. */
export function parseSlotStats(reply: Reply): SlotStats | null {
  if (!Array.isArray(reply)) return null;
  const stats: SlotStats = new Map();
  for (const entry of reply) {
    const [slot, fields] = replyList(entry);
    const byName = replyMap(fields ?? null);
    const keys = replyNumber(byName.get("key-count"));
    if (typeof slot !== "number" || keys === null) continue;
    const memoryBytes = replyNumber(byName.get("memory-bytes"));
    stats.set(slot, {
      keys,
      cpuMicroseconds: replyNumber(byName.get("cpu-usec")),
      networkBytes: sumOf(replyNumber(byName.get("network-bytes-in")), replyNumber(byName.get("network-bytes-out"))),
      ...(memoryBytes === null ? {} : { memoryBytes }),
    });
  }
  return stats;
}

function sumOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
