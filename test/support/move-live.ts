import { openFleet } from "../../src/connect/open-fleet.js";
import type { FinishResult } from "../../src/apply/finish-open-slot.js";
import { finishOpenSlot } from "../../src/apply/finish-open-slot.js";
import { moveSlots } from "../../src/apply/move-slots.js";
import type { JournalEntry, MoveDeps, MoveMember, MoveOptions, MoveResult } from "../../src/apply/move-types.js";
import type { ClusterViewFacts } from "../../src/model/facts.js";
import type { BulkReply, Fleet } from "../../src/model/node-port.js";
import { countSlots, type SlotRange } from "../../src/model/slot-ranges.js";
import { parseClusterNodes } from "../../src/protocol/cluster-nodes.js";
import { liveProfile, type LiveOptions } from "./live.js";

type Server = { host: string; port: number };

/** Members of a real cluster as the mover takes them, and what it is asked in a test. Close it at the end. */
export class LiveMover {
  readonly journal: JournalEntry[] = [];

  private constructor(
    readonly fleet: Fleet,
    readonly members: MoveMember[],
  ) {}

  static async open(servers: readonly Server[], options: LiveOptions = {}): Promise<LiveMover> {
    const profile = liveProfile([...servers], { kind: "cluster", ...options });
    const fleet = await openFleet(profile, new AbortController().signal);
    const members = await Promise.all(fleet.nodes.map(asMember));
    return new LiveMover(fleet, members);
  }

  at(server: Server): MoveMember {
    const member = this.members.find(({ address }) => address === `${server.host}:${server.port}`);
    if (member === undefined) throw new Error(`no member at port ${server.port}`);
    return member;
  }

  move(
    moves: readonly { from: Server; to: Server; slots: SlotRange[] }[],
    options: Partial<MoveOptions> = {},
    deps: Partial<MoveDeps> = {},
  ): Promise<MoveResult> {
    return moveSlots({
      moves: moves.map(({ from, to, slots }) => ({
        from: this.at(from),
        to: this.at(to),
        slots,
        slotCount: countSlots(slots),
        keys: null,
        bytes: null,
      })),
      members: this.members,
      options: { ...plainOptions, ...options },
      deps: { ...this.deps(), ...deps },
    });
  }

  finish(slot: number, from: Server, to: Server, options: Partial<MoveOptions> = {}): Promise<FinishResult> {
    return finishOpenSlot({
      slot,
      from: this.at(from),
      to: this.at(to),
      members: this.members,
      options: { ...plainOptions, ...options },
      deps: this.deps(),
    });
  }

  deps(): MoveDeps {
    return {
      clock: realClock,
      stopRequested: new AbortController().signal,
      journal: { write: (entry) => Promise.resolve(void this.journal.push(entry)) },
      onProgress: () => undefined,
    };
  }

  close(): void {
    this.fleet.close();
  }
}

export const plainOptions: MoveOptions = {
  engine: "classic",
  batchKeys: 500,
  batchBytes: 1024 * 1024,
  ratePerSecond: null,
  maxLatencyMs: 1000,
  allowBlocking: false,
  credentials: null,
};

export const realClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

async function asMember(node: Fleet["nodes"][number]): Promise<MoveMember> {
  const redis = await node.openRedis();
  const info = String(await redis.call("INFO", "server"));
  const view = parseClusterNodes(String(await redis.call("CLUSTER", "NODES")));
  const self = view.nodes.find(({ myself }) => myself);
  const product = info.includes("valkey_version:") ? "valkey" : "redis";
  const version = new RegExp(`${product}_version:(\\S+)`).exec(info)?.[1] ?? null;
  return {
    node,
    id: view.myId,
    address: node.identity.address,
    announced: { host: self?.host ?? "", port: self?.port ?? 0 },
    role: self?.role ?? "primary",
    product,
    version,
  };
}

/** Every node's own view. */
export async function viewsOf(mover: LiveMover, servers: readonly Server[]): Promise<ClusterViewFacts[]> {
  return await Promise.all(
    servers.map(async (server) => {
      const redis = await mover.at(server).node.openRedis();
      return parseClusterNodes(String(await redis.call("CLUSTER", "NODES")));
    }),
  );
}

/** Open slots and slots without exactly one owner, by every primary's word; empty when all is well. */
export async function slotTroubles(mover: LiveMover, servers: readonly Server[]): Promise<string[]> {
  const views = await viewsOf(mover, servers);
  return views.flatMap((view, index) => {
    const port = servers[index]?.port ?? 0;
    const open = view.nodes.flatMap((node) => [...node.migrating, ...node.importing]);
    const owned = view.nodes.reduce((sum, node) => sum + countSlots(node.slots), 0);
    return [
      ...open.map(({ slot }) => `${port}: slot ${slot} is open`),
      ...(owned === 16_384 ? [] : [`${port}: ${owned} slots are owned`]),
    ];
  });
}

/** Every key of these servers as `name → node, type, content, expiry`; a key on two of them is an error. Names one character a byte. */
export async function wholeKeyspace(
  mover: LiveMover,
  servers: readonly Server[],
): Promise<Map<string, { port: number; content: string; ttlMs: number }>> {
  const all = new Map<string, { port: number; content: string; ttlMs: number }>();
  for (const server of servers) {
    const bulk = await mover.at(server).node.openBulk();
    let cursor = "0";
    do {
      const page = (await bulk.call("SCAN", cursor, "COUNT", "1000")) as [string, string[]];
      cursor = page[0];
      for (const name of page[1]) {
        if (all.has(name)) throw new Error(`${name} is on two nodes`);
        const type = (await bulk.call("TYPE", name)) as string;
        const content = `${type} ${await contentOf((...words) => bulk.call(...words), type, name)}`;
        all.set(name, { port: server.port, content, ttlMs: Number(await bulk.call("PTTL", name)) });
      }
    } while (cursor !== "0");
    bulk.close();
  }
  return all;
}

async function contentOf(
  call: (command: string, ...args: string[]) => Promise<BulkReply>,
  type: string,
  name: string,
): Promise<string> {
  if (type === "set") return JSON.stringify(((await call("SMEMBERS", name)) as string[]).sort());
  if (type === "zset") return JSON.stringify(await call("ZRANGE", name, "0", "-1", "WITHSCORES"));
  if (type === "list") return JSON.stringify(await call("LRANGE", name, "0", "-1"));
  if (type === "stream")
    return JSON.stringify([await call("XRANGE", name, "-", "+"), await call("XINFO", "GROUPS", name)]);
  if (type !== "hash") return JSON.stringify(await call("GET", name));
  const flat = (await call("HGETALL", name)) as string[];
  const pairs = flat.flatMap((field, index) => (index % 2 === 0 ? [[field, flat[index + 1]]] : []));
  const fields = pairs.map(([field]) => String(field)).sort();
  const times = await call("HPEXPIRETIME", name, "FIELDS", String(fields.length), ...fields).catch(() => null);
  return JSON.stringify([pairs.sort(), times]);
}

/** What differs between two looks at a keyspace, apart from where keys are: names. TTLs may differ by what a test takes. */
export function lostOrChanged(
  before: Awaited<ReturnType<typeof wholeKeyspace>>,
  after: Awaited<ReturnType<typeof wholeKeyspace>>,
): string[] {
  const wrong: string[] = [];
  for (const [name, { content, ttlMs }] of before) {
    const now = after.get(name);
    if (now === undefined) wrong.push(`${name} is lost`);
    else if (now.content !== content) wrong.push(`${name} has changed`);
    else if (ttlMs === -1 ? now.ttlMs !== -1 : Math.abs(ttlMs - now.ttlMs) > 120_000 || now.ttlMs < 0)
      wrong.push(`${name} has TTL ${now.ttlMs} instead of ${ttlMs}`);
  }
  for (const name of after.keys()) if (!before.has(name)) wrong.push(`${name} is new`);
  return wrong;
}

/** Keys of every type in slots of `server`'s, of every release: small and bigger encodings, TTLs, binary names. */
export async function seedEveryType(mover: LiveMover, servers: readonly Server[], count: number): Promise<void> {
  const { hashSlot } = await import("../../src/model/hash-slot.js");
  const views = await viewsOf(mover, servers);
  const bulks = await Promise.all(servers.map((server) => mover.at(server).node.openBulk()));
  const ownerOf = (name: string) =>
    views.findIndex((view) =>
      view.nodes.some((node) => node.myself && node.slots.some(([a, b]) => a <= hashSlot(name) && hashSlot(name) <= b)),
    );
  const call = async (command: string, name: string, ...args: string[]) => {
    await bulks[ownerOf(name)]?.call(command, name, ...args);
  };
  const many = (length: number) => Array.from({ length }, (_, i) => `member-${i}`);
  for (let i = 0; i < count; i++) {
    await call("SET", `string:${i}`, `value ${i} \x00\r\n\xff`);
    await call("SET", `ttl:${i}`, "x", "PX", String(3_600_000 + i));
    await call("RPUSH", `list:${i}`, ...many(i % 7 === 0 ? 300 : 3));
    await call("SADD", `set:${i}`, ...many(i % 7 === 0 ? 300 : 3));
    await call("HSET", `hash:${i}`, ...many(i % 7 === 0 ? 300 : 4));
    await call("ZADD", `zset:${i}`, ...many(i % 7 === 0 ? 300 : 3).flatMap((member, score) => [`${score}.5`, member]));
    await call("XADD", `stream:${i}`, "1-1", "field", "value");
    await call("SET", `\xff\xfe\r\n${i}\x00`, "binary name");
  }
  await bulks[ownerOf("stream:0")]?.call("XGROUP", "CREATE", "stream:0", "readers", "0");
  await call("SET", "bigger", "v".repeat(3_000_000));
  // Times of fields: Redis 7.4 and Valkey 9; older ones refuse.
  await call("HPEXPIRE", "hash:1", "3600000", "FIELDS", "1", "member-0").catch(() => undefined);
  for (const bulk of bulks) bulk.close();
}
