import { describe, expect, it } from "vitest";
import { collectSlotLoads, type SlotSource } from "../../../src/collect/slot-loads.js";
import type { Clock } from "../../../src/model/clock.js";
import { hashSlot, slotCount } from "../../../src/model/hash-slot.js";
import type { SlotLoads } from "../../../src/model/slot-loads.js";
import type { LiveOptions } from "../../support/live.js";
import { LiveMover, realClock, viewsOf } from "../../support/move-live.js";
import {
  releases,
  RespConnection,
  startCluster,
  usingServers,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";

usingServers();

const deadline = 120_000;

/** One of each kind: the oldest, one without SLOT-STATS, one with it, and one with several databases in a cluster. */
const chosen = (await releases()).filter(({ name }) =>
  ["redis-6.0", "redis-8.0", "valkey-8.1", "valkey-9.1"].includes(name),
);
const withStats = chosen.filter(({ product }) => product === "valkey");

/** Connections to the primaries, by slot. */
class Writer {
  private readonly connections: RespConnection[];

  constructor(primaries: readonly RedisServer[]) {
    this.connections = primaries.map(({ host, port }) => new RespConnection(port, host));
  }

  /** Equal parts: that is how startCluster gives out the slots. A wrong guess is answered with MOVED, which throws. */
  async call(command: string, key: string, ...args: string[]): Promise<void> {
    const place = Math.floor((hashSlot(key) * this.connections.length) / slotCount);
    await this.connections[place]?.call(command, key, ...args);
  }

  async callAll(...words: [string, ...string[]]): Promise<void> {
    for (const connection of this.connections) await connection.call(...words);
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }
}

async function withWriter(cluster: TestCluster, write: (writer: Writer) => Promise<void>): Promise<void> {
  const writer = new Writer(cluster.primaries);
  try {
    await write(writer);
  } finally {
    writer.close();
  }
}

interface LookOptions extends LiveOptions {
  opsSampleMs?: number;
  clock?: Clock;
}

async function slotLoadsOf(cluster: TestCluster, options: LookOptions = {}): Promise<SlotLoads> {
  const mover = await LiveMover.open(cluster.nodes, options);
  try {
    const views = await viewsOf(mover, cluster.primaries);
    const sources = cluster.primaries.map((primary, i): SlotSource => {
      const slots = views[i]?.nodes.find(({ myself }) => myself)?.slots ?? [];
      return { node: mover.at(primary).node, slots };
    });
    const { opsSampleMs = null, clock = realClock } = options;
    return await collectSlotLoads(sources, { opsSampleMs }, clock);
  } finally {
    mover.close();
  }
}

function keysPerSlot(names: readonly string[]): number[] {
  const counts = new Array<number>(slotCount).fill(0);
  for (const name of names) counts[hashSlot(name)] = (counts[hashSlot(name)] ?? 0) + 1;
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

describe.each(chosen)("what slots carry on $name", ({ name: release }) => {
  it("is exactly the keys that were written, slot by slot, over all primaries", { timeout: deadline }, async () => {
    const cluster = await startCluster({ release, primaries: 3, replicasPerPrimary: 0 });
    const names = [
      ...Array.from({ length: 700 }, (_, i) => `key:${i}`),
      ...Array.from({ length: 50 }, (_, i) => `{tag}:${i}`),
    ];
    await withWriter(cluster, async (writer) => {
      for (const name of names) await writer.call("SET", name, "v".repeat(1000));
    });
    const { keys, bytes, ops } = await slotLoadsOf(cluster);
    expect(keys).toMatchObject({ ok: true, value: { basis: "measured", perSlot: keysPerSlot(names) } });
    if (!bytes.ok) throw new Error(bytes.reason);
    // None of these releases counts memory by slot.
    expect(bytes.value.basis).toBe("estimated");
    expect(sum(bytes.value.perSlot)).toBeGreaterThan(names.length * 1000);
    expect(sum(bytes.value.perSlot)).toBeLessThan(names.length * 100_000);
    expect(bytes.value.perSlot[hashSlot("{tag}:1")]).toBeGreaterThan(bytes.value.perSlot[hashSlot("key:1")] ?? 0);
    expect(ops).toMatchObject({ ok: false, cause: "not-sampled" });
  });
});

describe("a cluster that cannot answer for every measure", () => {
  const [release] = chosen;

  it(
    "has no load per slot where the servers do not count it, and names one of them",
    { timeout: deadline },
    async () => {
      const cluster = await startCluster({ release: release?.name ?? "", primaries: 1, replicasPerPrimary: 0 });
      const { keys, ops } = await slotLoadsOf(cluster, { opsSampleMs: 10 });
      expect(keys.ok).toBe(true);
      expect(ops).toMatchObject({
        ok: false,
        reason: expect.stringContaining(`:${cluster.primaries[0]?.port}: `) as string,
      });
    },
  );

  it("has no keys where one primary's login may not count them", { timeout: deadline }, async () => {
    const config = { requirepass: "secret" };
    const cluster = await startCluster({ release: "valkey-8.1", primaries: 2, replicasPerPrimary: 0, config });
    const [, second] = cluster.primaries;
    if (second === undefined) throw new Error("no second primary");
    const admin = new RespConnection(second.port, second.host);
    await admin.call("AUTH", "secret");
    const name = Array.from({ length: 100 }, (_, i) => `key:${i}`).find((key) => hashSlot(key) >= slotCount / 2);
    await admin.call("SET", name ?? "", "v");
    await admin.call("ACL", "SETUSER", "default", "-cluster|countkeysinslot");
    admin.close();
    const { keys, bytes } = await slotLoadsOf(cluster, { password: "secret" });
    expect(keys).toMatchObject({ ok: false, cause: "not-permitted" });
    expect(keys.ok ? "" : keys.reason).toContain(`:${second.port}: `);
    expect(bytes.ok).toBe(false);
  });
});

describe.each(withStats)("the load of slots on $name", ({ name: release }) => {
  const config = { "cluster-slot-stats-enabled": "yes" };

  it("is the CPU time between two looks, of the slots that were used", { timeout: deadline }, async () => {
    const cluster = await startCluster({ release, primaries: 2, replicasPerPrimary: 0, config });
    await withWriter(cluster, async (writer) => {
      await writer.call("SET", "idle", "v");
      let happened: Promise<void> | null = null;
      const use = async () => {
        for (let i = 0; i < 300; i++) await writer.call("SETRANGE", "busy", "100000", "v");
      };
      // Both primaries wait for the second look; what happens meanwhile happens once.
      const sleep = async (ms: number) => {
        await Promise.all([realClock.sleep(ms), (happened ??= use())]);
      };
      const { ops } = await slotLoadsOf(cluster, { opsSampleMs: 50, clock: { ...realClock, sleep } });
      if (!ops.ok) throw new Error(ops.reason);
      expect(ops.value.basis).toBe("measured");
      expect(ops.value.perSlot[hashSlot("busy")]).toBeGreaterThan(0);
      expect(ops.value.perSlot[hashSlot("idle")]).toBe(0);
    });
  });

  it("is not known where the servers were not told to count it", { timeout: deadline }, async () => {
    const cluster = await startCluster({ release, primaries: 1, replicasPerPrimary: 0 });
    const { ops } = await slotLoadsOf(cluster, { opsSampleMs: 10 });
    expect(ops.ok ? "" : ops.reason).toContain("cluster-slot-stats-enabled is not yes");
  });

  it("is not known where the counters were reset between the two looks", { timeout: deadline }, async () => {
    const cluster = await startCluster({ release, primaries: 1, replicasPerPrimary: 0, config });
    await withWriter(cluster, async (writer) => {
      await writer.call("SET", "key", "v");
      const sleep = () => writer.callAll("CONFIG", "RESETSTAT");
      const { ops } = await slotLoadsOf(cluster, { opsSampleMs: 10, clock: { ...realClock, sleep } });
      expect(ops.ok ? "" : ops.reason).toContain("were reset between the two samples");
    });
  });
});

describe.each(withStats.filter(({ name }) => name === "valkey-9.1"))(
  "several databases on $name",
  ({ name: release }) => {
    it("are all counted", { timeout: deadline }, async () => {
      const config = { "cluster-databases": "4" };
      const cluster = await startCluster({ release, primaries: 1, replicasPerPrimary: 0, config });
      await withWriter(cluster, async (writer) => {
        await writer.call("SET", "{tag}:1", "v");
        await writer.callAll("SELECT", "3");
        await writer.call("SET", "{tag}:1", "v");
        await writer.call("SET", "{tag}:2", "v");
      });
      const { keys } = await slotLoadsOf(cluster);
      expect(keys.ok && keys.value.perSlot[hashSlot("{tag}:1")]).toBe(3);
    });
  },
);
