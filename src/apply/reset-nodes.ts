import { mapWithLimit } from "../model/map-with-limit.js";
import type { MeetingNode } from "./meet-nodes.js";
import { askView, firstOf, orClause } from "./member-view.js";
import { waitFor, type WaitDeps } from "./wait-for.js";

const maxAtOnce = 50;

/**
 * CLUSTER RESET HARD on nodes that hold no key: each forgets the others, its slots and its epoch, and gets a new id. All at once,
 * so that none is left that could still introduce the others. Writes. Resolves when each is alone.
 *
 * A primary with keys refuses it by itself. A former replica becomes an empty primary.
 *
 * @throws CachectlError change `not-in-time`, or what the server answered
 */
export async function resetNodes(
  nodes: readonly Pick<MeetingNode, "node" | "address">[],
  deps: WaitDeps,
  hint: string,
): Promise<string[]> {
  await mapWithLimit(nodes, maxAtOnce, async ({ node }) => {
    const port = await node.openRedis();
    await port.call("CLUSTER", "RESET", "HARD");
  });
  await waitFor(
    deps,
    async () =>
      firstOf(
        await mapWithLimit(nodes, maxAtOnce, ({ node, address }) =>
          orClause(address, async () => {
            const { nodes: known } = await askView(node);
            const own = known.find(({ myself }) => myself);
            if (known.length > 1) return `${address} still knows ${known.length - 1} others`;
            return own?.slots.length === 0 ? null : `${address} still owns slots`;
          }),
        ),
      ),
    hint,
  );
  return nodes.map(({ address }) => `${address} is alone and without slots again`);
}
