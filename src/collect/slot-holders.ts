import type { ClusterNode } from "../model/cluster-topology.js";
import type { SlotHolders } from "../model/fix-plan.js";
import { slotCount } from "../model/hash-slot.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { FleetNode } from "../model/node-port.js";
import type { SlotRange } from "../model/slot-ranges.js";
import { countKeysBySlot, type SlotNumbers } from "./count-keys-by-slot.js";

const everySlot: SlotRange[] = [[0, slotCount - 1]];
const nodesAtOnce = 16;

/**
 * Counts the keys of every slot on every primary that answers: keys outside the slots of their node are found by nobody else.
 * Read-only, as `countKeysBySlot`, in all databases. Replicas are not asked, they have what their primary has. A node that cannot be
 * counted is part of the answer.
 */
export async function collectSlotHolders(
  primaries: readonly ClusterNode[],
  nodeOf: (id: string) => FleetNode | null,
): Promise<SlotHolders> {
  const answers = await mapWithLimit([...primaries], nodesAtOnce, async (primary) => {
    const node = nodeOf(primary.id);
    const ref = { id: primary.id, address: primary.address };
    if (node === null) return { ref, reason: "it is not among the nodes that can be dialled" };
    const counted = await countKeysBySlot(node, everySlot);
    return counted.ok ? { ref, counts: held(counted.value) } : { ref, reason: counted.reason };
  });
  return {
    counts: Object.fromEntries(answers.flatMap(({ ref, counts }) => (counts === undefined ? [] : [[ref.id, counts]]))),
    unknown: answers.flatMap(({ ref, reason }) => (reason === undefined ? [] : [{ node: ref, reason }])),
  };
}

function held(numbers: SlotNumbers): Record<number, number> {
  return Object.fromEntries([...numbers].filter(([, keys]) => keys > 0));
}
