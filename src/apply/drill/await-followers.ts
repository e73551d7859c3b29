import type { FleetNode } from "../../model/node-port.js";
import type { DrillPlan } from "../../model/sentinel-drill.js";
import { mapWithLimit } from "../../model/map-with-limit.js";
import { parseInfo } from "../../protocol/info.js";
import { firstOf, orClause } from "../member-view.js";
import { waitFor } from "../wait-for.js";
import { nodeOf, type SentinelConnections } from "./ask-sentinels.js";
import type { DrillDeps } from "./drill-deps.js";

export interface Watched {
  newPrimary: string;
  sentinels: SentinelConnections;
  /** Notes the first time that something is seen. */
  onEvent(event: string): void;
}

/**
 * Waits until every sentinel names the new primary with one config epoch and has ended its failover, and every data node but the
 * new primary, the old one too, replicates from it. Read-only.
 *
 * @returns the epoch @throws CachectlError change `not-in-time` with what is still missing
 */
export async function awaitFollowers(plan: DrillPlan, watched: Watched, deps: DrillDeps): Promise<number | null> {
  let epoch: number | null = null;
  await waitFor(
    deps,
    async () => {
      const sights = await mapWithLimit(plan.sentinels, 50, (address) => sentinelSight(address, plan, watched, deps));
      const epochs = new Set(sights.map((sight) => sight.epoch));
      const behind = firstOf(sights.map(({ missing }) => missing));
      if (behind === null) watched.onEvent("every sentinel names the new primary");
      const apart = epochs.size === 1 ? null : `the sentinels have different config epochs: ${[...epochs].join(", ")}`;
      epoch = sights[0]?.epoch ?? null;
      const nodes = await replicasMissing(plan, watched, deps);
      return behind ?? apart ?? nodes;
    },
    "Sentinel goes on by itself, and may need more time than --wait gave: cachectl sentinel check shows where it stands.",
  );
  return epoch;
}

interface SentinelState {
  epoch: number | null;
  missing: string | null;
}

async function sentinelSight(
  address: string,
  plan: DrillPlan,
  { newPrimary, sentinels }: Watched,
  deps: DrillDeps,
): Promise<SentinelState> {
  const state: SentinelState = { epoch: null, missing: null };
  state.missing = await orClause(address, async () => {
    const master = await sentinels.master(address, plan.masterName);
    if (master === null) return `${address} no longer monitors ${plan.masterName}`;
    state.epoch = master.configEpoch;
    const named = deps.dialled(master.address);
    if (named !== newPrimary) return `${address} names ${named}, not ${newPrimary}`;
    return master.flags.includes("failover_in_progress") ? `${address} has not ended its failover` : null;
  });
  return state;
}

async function replicasMissing(plan: DrillPlan, watched: Watched, deps: DrillDeps): Promise<string | null> {
  const { newPrimary } = watched;
  let history: string | undefined;
  const primaryMissing = await orClause(newPrimary, async () => {
    const fields = await replicationOf(nodeOf(newPrimary, deps.nodeAt));
    history = fields["master_replid"];
    return fields["role"] === "master" ? null : `${newPrimary} does not say that it is a primary`;
  });
  if (primaryMissing !== null) return primaryMissing;
  const followers = plan.followers.filter((address) => address !== newPrimary);
  return firstOf(
    await mapWithLimit(followers, 50, (address) =>
      orClause(address, async () => {
        const fields = await replicationOf(nodeOf(address, deps.nodeAt));
        if (fields["role"] !== "slave") return `${address} still is a primary`;
        if (address === plan.primary) watched.onEvent(`the old primary ${address} is a replica`);
        if (fields["master_link_status"] !== "up") return `${address} has no link to ${newPrimary}`;
        // The addresses that nodes use among themselves may be others than the ones dialled here; the history is one.
        if (fields["master_replid"] !== history) return `${address} replicates another primary than ${newPrimary}`;
        watched.onEvent(`${address} replicates from ${newPrimary}`);
        return null;
      }),
    ),
  );
}

/** Through a new connection each time: Sentinel ends all connections of a node whose role it changes. */
async function replicationOf(node: FleetNode): Promise<Record<string, string>> {
  const port = await node.openBulk();
  try {
    const text = await port.call("INFO", "replication");
    return typeof text === "string" ? (parseInfo(text)["replication"] ?? {}) : {};
  } finally {
    port.close();
  }
}
