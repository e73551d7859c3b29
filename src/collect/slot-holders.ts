import { CachectlError } from "../model/errors.js";
import type { ClusterNode } from "../model/cluster-topology.js";
import type { SlotHolders } from "../model/fix-plan.js";
import { slotCount } from "../model/hash-slot.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import { ReplyError, type FleetNode } from "../model/node-port.js";
import { encodeCommand } from "../protocol/resp.js";

/** Slots that are asked about in one go: some milliseconds of a server's time. */
const askedAtOnce = 2048;
const nodesAtOnce = 16;

/**
 * Counts the keys of every slot on every primary that answers: keys outside the slots of their node are found by nobody else.
 * Read-only: COUNTKEYSINSLOT costs O(1) each (Redis 6.0: O(log n)). Replicas are not asked, they have what their primary has.
 *
 * @throws CachectlError interrupted; a node that cannot be counted is part of the answer
 */
export async function collectSlotHolders(
  primaries: readonly ClusterNode[],
  nodeOf: (id: string) => FleetNode | null,
): Promise<SlotHolders> {
  const answers = await mapWithLimit([...primaries], nodesAtOnce, async (primary) => {
    const node = nodeOf(primary.id);
    const ref = { id: primary.id, address: primary.address };
    if (node === null) return { ref, reason: "it is not among the nodes that can be dialled" };
    try {
      return { ref, counts: await countEverySlot(node) };
    } catch (error) {
      if (!(error instanceof CachectlError) || error.kind === "interrupted") throw error;
      return { ref, reason: error.message };
    }
  });
  return {
    counts: Object.fromEntries(answers.flatMap(({ ref, counts }) => (counts === undefined ? [] : [[ref.id, counts]]))),
    unknown: answers.flatMap(({ ref, reason }) => (reason === undefined ? [] : [{ node: ref, reason }])),
  };
}

/** @throws CachectlError unreached where the node breaks off or refuses */
async function countEverySlot(node: FleetNode): Promise<Record<number, number>> {
  const connection = await node.openBulk();
  try {
    const counts: Record<number, number> = {};
    for (let first = 0; first < slotCount; first += askedAtOnce) {
      const slots = Array.from({ length: Math.min(askedAtOnce, slotCount - first) }, (_, i) => first + i);
      const request = slots.map((slot) => encodeCommand("CLUSTER", "COUNTKEYSINSLOT", String(slot))).join("");
      const replies = await connection.pipeline(request, slots.length);
      replies.forEach((reply, index) => {
        if (typeof reply !== "number") throw notCounted(node, reply instanceof ReplyError ? reply.text : "no number");
        if (reply > 0) counts[first + index] = reply;
      });
    }
    return counts;
  } finally {
    connection.close();
  }
}

function notCounted({ identity }: FleetNode, text: string): CachectlError {
  return new CachectlError(
    "unreached",
    "keys-not-counted",
    `${identity.address} does not say how many keys a slot has: ${text}`,
    "Allow CLUSTER COUNTKEYSINSLOT to the login of the profile.",
  );
}
