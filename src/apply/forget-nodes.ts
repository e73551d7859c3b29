import { ServerReplyError } from "../model/errors.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { FleetNode } from "../model/node-port.js";
import { askView, firstOf, orClause } from "./member-view.js";
import { waitFor, type WaitDeps } from "./wait-for.js";

const maxAtOnce = 100;
/** A member bans a forgotten id for 60 s; after that, one that was not told would bring it back by gossip. */
const quietMs = 1_500;

/**
 * CLUSTER FORGET of these ids on all remaining members at the same time, again where gossip brought one back, until no view has
 * named them for a moment. Writes. A member that does not know an id has nothing to forget.
 *
 * @throws CachectlError change `not-in-time`, or what a server answered
 */
export async function forgetNodes(
  members: readonly { node: FleetNode; address: string }[],
  ids: readonly string[],
  deps: WaitDeps,
): Promise<void> {
  let quietSince: number | null = null;
  await waitFor(
    // Once begun it must be told to everyone: who stops half-way leaves the id to gossip. The deadline bounds it.
    { ...deps, stop: new AbortController().signal },
    async () => {
      const named = await mapWithLimit(members, maxAtOnce, ({ node, address }) =>
        orClause(address, async () => {
          const { nodes } = await askView(node);
          const still = ids.filter((id) => nodes.some((other) => other.id === id));
          for (const id of still) await forget(node, id);
          return still.length === 0 ? null : `${address} still names ${still.map((id) => id.slice(0, 8)).join(", ")}`;
        }),
      );
      const missing = firstOf(named);
      const now = deps.clock.monotonicMs();
      quietSince = missing === null ? (quietSince ?? now) : null;
      if (missing !== null) return missing;
      return quietSince !== null && now - quietSince >= quietMs ? null : "gossip had not settled";
    },
    "Run the same command again: every member has to forget a node within the same 60 s.",
  );
}

async function forget(node: FleetNode, id: string): Promise<void> {
  const port = await node.openRedis();
  try {
    await port.call("CLUSTER", "FORGET", id);
  } catch (error) {
    if (error instanceof ServerReplyError && /unknown node/i.test(error.message)) return;
    throw error;
  }
}
