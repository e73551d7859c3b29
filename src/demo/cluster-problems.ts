import type { DemoDeps, DemoRedis } from "./demo-deps.js";
import { DemoError } from "./demo-error.js";
import type { PlantedProblem, ProblemNode } from "./planted-problem.js";
import { waitUntil } from "./wait-until.js";

/** Imitates exports parked in a cache that may not evict: at the limit every write fails with OOM, reads go on as if nothing were. */
export async function fillWithoutEviction(
  { address, redis }: ProblemNode,
  { signal }: DemoDeps,
): Promise<PlantedProblem> {
  // One hash tag, in this primary's part of the slots, keeps the exports on this node.
  const tag = await tagWithin(redis, 0, 5_460);
  const exports = Array.from({ length: 200 }, (_, i) => `export:{${tag}}:report-${i}.csv`);
  await Promise.all(exports.map((key) => redis.call("SET", key, "id;name;total\n".repeat(4_000))));
  let used = 0;
  // What still waits for the replica counts as used, and is free a moment later.
  const isCaughtUp = async () => {
    // Redis 6 tells of the replica's buffer as it was a tenth of a second ago.
    if (Number(await redis.call("WAIT", "1", "1000")) < 1) return false;
    const memory = String(await redis.call("INFO", "memory"));
    const bytes = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, "m").exec(memory)?.[1]);
    used = bytes("used_memory");
    return bytes("mem_clients_slaves") < 200_000;
  };
  await waitUntil(isCaughtUp, { what: "the replica has caught up", timeoutMs: 20_000, everyMs: 25, signal });
  // Ten megabytes and more are used, so that the buffers of a few connections do not lift it over the limit or below 95 %.
  await redis.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await redis.call("CONFIG", "SET", "maxmemory", String(Math.ceil(used / 0.97)));
  return {
    what: "A cluster primary at 97 % of maxmemory that may not evict: writes are about to fail with OOM.",
    address,
    ruleIds: ["eviction-disabled-full", "memory-near-limit"],
  };
}

async function tagWithin(redis: DemoRedis, firstSlot: number, lastSlot: number): Promise<string> {
  for (let i = 0; i < 1_000; i++) {
    const slot = Number(await redis.call("CLUSTER", "KEYSLOT", `finance-${i}`));
    if (slot >= firstSlot && slot <= lastSlot) return `finance-${i}`;
  }
  throw new DemoError("no-hash-tag", "No hash tag for the first cluster primary was found.", "Please report this.");
}

/** Imitates a password that was changed on one side only: the replica goes on answering with ever older data. */
export async function breakReplicaLink(
  replica: ProblemNode,
  primary: ProblemNode,
  { signal }: DemoDeps,
): Promise<PlantedProblem> {
  await replica.redis.call("CONFIG", "SET", "masterauth", "last-years-password");
  // The link that stands keeps working; it fails when it has to log in again.
  await primary.redis.call("CLIENT", "KILL", "TYPE", "replica");
  const isDown = async () =>
    String(await replica.redis.call("INFO", "replication")).includes("master_link_status:down");
  await waitUntil(isDown, { what: "the replica's link is down", timeoutMs: 20_000, everyMs: 25, signal });
  return {
    what: "A cluster replica with a wrong masterauth: its link to the primary is down.",
    address: replica.address,
    ruleIds: ["replica-link-down"],
  };
}

/** Imitates a reshard that was interrupted: the slot stays in two states, and rebalancing refuses until it is mended. */
export async function leaveSlotOpen(source: ProblemNode, target: ProblemNode): Promise<PlantedProblem> {
  // The last of the second primary's part. The target first, as every mover does.
  const slot = "10921";
  const [sourceId, targetId] = await Promise.all([
    source.redis.call("CLUSTER", "MYID"),
    target.redis.call("CLUSTER", "MYID"),
  ]);
  await target.redis.call("CLUSTER", "SETSLOT", slot, "IMPORTING", String(sourceId));
  await source.redis.call("CLUSTER", "SETSLOT", slot, "MIGRATING", String(targetId));
  return {
    what: `Slot ${slot} was left open in the middle of a move.`,
    address: source.address,
    ruleIds: ["cluster-slots-open"],
  };
}

/** Imitates a debugging session that found its way into production: KEYS *, whole collections, a script that computes. */
export async function runDangerousCommands({ address, redis }: ProblemNode): Promise<PlantedProblem> {
  await redis.call("CONFIG", "SET", "slowlog-log-slower-than", "1000");
  for (let i = 0; i < 25; i++) await redis.call("KEYS", "*");
  for (let i = 0; i < 3; i++) await redis.call("EVAL", slowScript, "0");
  return {
    what: "KEYS * and slow scripts block a cluster primary.",
    address,
    ruleIds: ["dangerous-commands-in-use", "slow-commands"],
  };
}

/** A few tens of milliseconds of pure computing. */
export const slowScript = "local s = 0 for i = 1, 3000000 do s = s + i end return s";
