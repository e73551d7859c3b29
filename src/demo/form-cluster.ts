import type { Reply } from "../model/node-port.js";
import { DemoError } from "./demo-error.js";
import type { RedisCalls } from "./redis-calls.js";
import { waitUntil } from "./wait-until.js";

export interface ClusterMember {
  endpoint: { host: string; port: number };
  redis: RedisCalls;
}

export interface ClusterShape {
  /** The first so many members become primaries; the others become their replicas, in turn. */
  primaryCount: number;
  timeoutMs?: number;
  signal?: AbortSignal;
}

const slotCount = 16_384;

/**
 * Makes a cluster of empty nodes that were started with `cluster-enabled yes`. Writes.
 *
 * Resolves when every node sees `cluster_state:ok`, all members in their roles and every replica's link up. Throws `DemoError`
 * when the views do not agree in time.
 */
export async function formCluster(members: readonly ClusterMember[], shape: ClusterShape): Promise<void> {
  const primaries = members.slice(0, shape.primaryCount);
  const replicas = members.slice(shape.primaryCount);
  const wait = {
    timeoutMs: shape.timeoutMs ?? 30_000,
    everyMs: 25,
    ...(shape.signal === undefined ? {} : { signal: shape.signal }),
  };
  // Epochs are set while the nodes do not know each other: equal ones would have to be resolved by collision later.
  await Promise.all(members.map(({ redis }, i) => redis.call("CLUSTER", "SET-CONFIG-EPOCH", String(i + 1))));
  await Promise.all(primaries.map((primary, i) => assignSlots(primary, i, primaries.length)));
  await introduce(members);
  await waitUntil(async () => all(members, async (member) => knowsAll(await view(member), members.length)), {
    ...wait,
    what: "all cluster nodes know each other",
  });
  const ids = await Promise.all(primaries.map(async ({ redis }) => String(await redis.call("CLUSTER", "MYID"))));
  await Promise.all(
    replicas.map(({ redis }, i) => redis.call("CLUSTER", "REPLICATE", ids[i % ids.length] ?? missingPrimary())),
  );
  await waitUntil(async () => all(members, async (member) => seesHealthyCluster(member, members.length, ids)), {
    ...wait,
    what: "every cluster node sees a healthy cluster",
  });
  await waitUntil(async () => all(replicas, async ({ redis }) => linkIsUp(await redis.call("INFO", "replication"))), {
    ...wait,
    what: "every cluster replica is linked to its primary",
  });
}

/** ADDSLOTS rather than ADDSLOTSRANGE, which Redis has only since 7.0. */
async function assignSlots({ redis }: ClusterMember, index: number, primaryCount: number): Promise<void> {
  const start = Math.floor((index * slotCount) / primaryCount);
  const end = Math.floor(((index + 1) * slotCount) / primaryCount);
  await redis.call("CLUSTER", "ADDSLOTS", ...Array.from({ length: end - start }, (_, i) => String(start + i)));
}

/** Every pair is introduced: gossip from one node alone takes seconds to reach the others. */
async function introduce(members: readonly ClusterMember[]): Promise<void> {
  await Promise.all(
    members.flatMap(({ redis }, i) =>
      members.slice(i + 1).map(({ endpoint }) => redis.call("CLUSTER", "MEET", endpoint.host, String(endpoint.port))),
    ),
  );
}

async function view({ redis }: ClusterMember): Promise<string[][]> {
  const text = String(await redis.call("CLUSTER", "NODES"));
  return text
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
}

function knowsAll(lines: string[][], count: number): boolean {
  return lines.length === count && lines.every(([, , flags = "", , , , , link]) => isSound(flags, link));
}

async function seesHealthyCluster(member: ClusterMember, count: number, primaryIds: string[]): Promise<boolean> {
  const info = String(await member.redis.call("CLUSTER", "INFO"));
  if (!info.includes("cluster_state:ok") || !info.includes(`cluster_slots_ok:${slotCount}`)) return false;
  const lines = await view(member);
  const inRole = lines.every(([id = "", , flags = "", primaryId = ""]) =>
    primaryIds.includes(id) ? flags.includes("master") : flags.includes("slave") && primaryIds.includes(primaryId),
  );
  return inRole && knowsAll(lines, count);
}

/** Whole flags: `nofailover` is no failure. */
function isSound(flags: string, link: string | undefined): boolean {
  return link === "connected" && !/(^|,)(handshake|fail\??|noaddr)(,|$)/.test(flags);
}

function linkIsUp(info: Reply): boolean {
  return String(info).includes("master_link_status:up");
}

async function all<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(items.map(holds))).every(Boolean);
}

function missingPrimary(): never {
  throw new DemoError("no-primary", "A cluster needs at least one primary.", "Ask for a primaryCount of 1 or more.");
}
