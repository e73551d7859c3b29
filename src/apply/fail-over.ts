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
  /** Of a plain failover before Redis 6.2; null: nothing to wait for. */
  untilWritten: { address: string; node: FleetNode } | null;
}

/**
 * CLUSTER FAILOVER on the replica; resolves when every member that answers sees it as the primary, with the other's slots. Writes.
 *
 * @throws CachectlError change `not-in-time` (a plain failover gives up by itself after 5 s when the replica cannot catch up)
 */
export async function failOver(failover: Failover, deps: WaitDeps): Promise<string[]> {
  const { replica, primaryId, witnesses, mode, untilWritten } = failover;
  if (mode === "plain") await waitUntilKnown(failover, deps);
  if (untilWritten !== null) await waitUntilWritten(untilWritten, deps);
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

/**
 * A primary ignores the request of a node that it does not know for its replica, right after the failover before this one; the
 * replica then gives up after 5 s.
 */
async function waitUntilKnown({ replica, primaryId, witnesses }: Failover, deps: WaitDeps) {
  await waitFor(
    deps,
    async () =>
      firstOf(
        await mapWithLimit(witnesses, 50, ({ node, address }) =>
          orClause(address, async () => {
            const { nodes } = await askView(node);
            return nodes.find(({ id }) => id === replica.id)?.primaryId === primaryId
              ? null
              : `${address} did not know ${replica.address} as a replica of this primary`;
          }),
        ),
      ),
    "Nothing was changed. cachectl cluster check shows what each node sees.",
  );
}

/**
 * Before 6.2 a replica takes offset 0 for "the primary has not told its offset yet", and gives up after 5 s in which writes
 * wait. A primary without any write leaves 0 with its first ping to the replicas, after repl-ping-replica-period (10 s).
 */
async function waitUntilWritten({ node, address }: { address: string; node: FleetNode }, deps: WaitDeps) {
  await waitFor(
    deps,
    async () =>
      numberField(await replicationOf(node), "master_repl_offset") === 0
        ? `${address} had replicated nothing yet, and this version cannot fail over before that`
        : null,
    "Write a key to that primary, then run the same command again.",
  );
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
