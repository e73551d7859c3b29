import { CachectlError } from "../model/errors.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { MeetingNode } from "./meet-nodes.js";
import { askView } from "./member-view.js";
import { resetNodes } from "./reset-nodes.js";
import type { WaitDeps } from "./wait-for.js";

const maxAtOnce = 50;

/**
 * Gives former members of a cluster new node ids (CLUSTER RESET HARD). Writes; only to nodes that hold no key and know nobody.
 *
 * CLUSTER FORGET bans an id for 60 s. Up to Redis 7.0 that only delays its return; since 7.2, and on Valkey, members pass the ban
 * on with every message, and whoever hears of it drops the node that has just joined once more, its slots with it. Nobody shows
 * whom he bans, so an id that was used before is not used again.
 *
 * @returns the nodes with the ids that they have now, in the same order
 * @throws CachectlError change `not-alone` before anything was changed; as `resetNodes` does
 */
export async function renewIds<T extends Pick<MeetingNode, "id" | "node" | "address">>(
  nodes: readonly T[],
  deps: WaitDeps,
): Promise<T[]> {
  await mapWithLimit(nodes, maxAtOnce, async ({ id, node, address }) => {
    const { myId, nodes: known } = await askView(node);
    // A handshake counts: it may end with the id that is given up here, in a member's table, where nothing removes it again.
    if (myId !== id || known.length > 1)
      throw new CachectlError(
        "change",
        "not-alone",
        `${address} was alone when it was asked first, and has another id or knows other nodes now`,
        "Somebody else works on it. Run the same command again.",
      );
  });
  await resetNodes(nodes, deps, "Run the same command again.");
  return mapWithLimit(nodes, maxAtOnce, async (one) => ({ ...one, id: (await askView(one.node)).myId }));
}
