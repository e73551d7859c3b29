import { CachectlError } from "../model/errors.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { FleetNode } from "../model/node-port.js";
import { numberField, parseInfo } from "../protocol/info.js";
import { askView, firstOf, orClause } from "./member-view.js";
import { waitFor, type WaitDeps } from "./wait-for.js";

/** `plain`: the primary takes part and no write is lost. `force`: without it, by vote. `takeover`: without any vote. */
export type FailoverMode = "plain" | "force" | "takeover";

export interface ReplicaLink {
  up: boolean;
  syncing: boolean;
  /** Behind its primary; null: not known. */
  lagBytes: number | null;
  /** Since it last heard of its primary; null: never, or not known. */
  silentSeconds: number | null;
}

/** How well a replica follows. Read-only. @param primary null: it does not answer, and the lag is not known */
export async function askLink(replica: FleetNode, primary: FleetNode | null): Promise<ReplicaLink> {
  const fields = await replicationOf(replica);
  const own = numberField(fields, "slave_repl_offset");
  const ahead = primary === null ? null : numberField(await replicationOf(primary), "master_repl_offset");
  return {
    up: fields["master_link_status"] === "up",
    syncing: fields["master_sync_in_progress"] === "1",
    lagBytes: own === null || ahead === null ? null : Math.max(0, ahead - own),
    silentSeconds: numberField(fields, "master_last_io_seconds_ago"),
  };
}

export interface Failover {
  replica: { id: string; address: string; node: FleetNode };
  primaryId: string;
  /** Every member that answers. */
  witnesses: readonly { address: string; node: FleetNode }[];
  mode: FailoverMode;
}

/**
 * CLUSTER FAILOVER on the replica; resolves when every member that answers sees it as the primary, with the other's slots. Writes.
 *
 * @throws CachectlError change `not-in-time` (a plain failover gives up by itself after 5 s when the replica cannot catch up)
 */
export async function failOver({ replica, primaryId, witnesses, mode }: Failover, deps: WaitDeps): Promise<string[]> {
  const port = await replica.node.openRedis();
  await port.call("CLUSTER", "FAILOVER", ...(mode === "plain" ? [] : [mode.toUpperCase()]));
  await waitFor(
    // What has begun ends by itself, one way or the other: the report must say which.
    { ...deps, stop: new AbortController().signal },
    async () =>
      firstOf(
        await mapWithLimit(witnesses, 50, ({ node, address }) =>
          orClause(address, async () => {
            const { nodes } = await askView(node);
            const promoted = nodes.find(({ id }) => id === replica.id);
            const old = nodes.find(({ id }) => id === primaryId);
            if (promoted?.role !== "primary" || promoted.slots.length === 0)
              return `${address} does not see ${replica.address} as a primary with slots`;
            return old !== undefined && old.slots.length > 0 ? `${address} sees the old primary with slots` : null;
          }),
        ),
      ),
    "Look into the replica's log. cachectl cluster check shows who is primary now; --force does without the primary, --takeover without a majority.",
  );
  return [`every one of ${witnesses.length} members sees ${replica.address} as the primary`];
}

async function replicationOf(node: FleetNode): Promise<Record<string, string>> {
  const port = await node.openRedis();
  const fields = parseInfo(String(await port.call("INFO", "replication")))["replication"];
  if (fields === undefined)
    throw new CachectlError(
      "unreached",
      "no-replication-info",
      `${node.identity.address} does not show INFO replication`,
      "Use a login that may run INFO.",
    );
  return fields;
}
