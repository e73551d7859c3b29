import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { outranks, type Epochs } from "../../../src/apply/mover/epoch-order.js";
import { hashSlot } from "../../../src/model/hash-slot.js";
import { untilSettled } from "../../support/cluster-settled.js";
import { fixLive } from "../../support/fix-live.js";
import { setSlotPatiently } from "../../support/set-slot.js";
import {
  releases,
  startCluster,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";

usingServers();

/** 24 keys of one slot of the first primary. */
const tag = "{fix-6}";
const slot = hashSlot(tag);
const keyCount = 24;

describe.each(await releases())("cluster fix on $name", ({ name: release }) => {
  // The commands behind these are the same everywhere; the oldest and the newest server are enough.
  const oldAndNew = (sentence: string, check: () => Promise<void>, timeoutMs: number): void => {
    if (["redis-6.0", "valkey-9.1"].includes(release)) it(sentence, check, timeoutMs);
  };
  let cluster: TestCluster;
  let owner: RedisServer;
  let taker: RedisServer;
  let third: RedisServer;
  let ids: Map<RedisServer, string>;

  beforeAll(async () => {
    cluster = await startCluster({ release, primaries: 3, replicasPerPrimary: release.startsWith("valkey") ? 1 : 0 });
    ids = new Map();
    for (const node of cluster.nodes) ids.set(node, String(await node.call("CLUSTER", "MYID")));
  }, 120_000);

  afterAll(() => cluster.stop());

  const idOf = (node: RedisServer) => ids.get(node) ?? "";
  const setSlot = (node: RedisServer, ...words: string[]) => setSlotPatiently(node, slot, ...words);
  const count = (node: RedisServer) => node.call("CLUSTER", "COUNTKEYSINSLOT", String(slot));
  const name = (index: number) => `${tag}:${index}`;

  /** Whoever owns the slot now, and the others by the order of their ports. */
  beforeEach(async () => {
    const owns = await Promise.all(
      cluster.primaries.map(async (node) => {
        const answer = await node.call("GET", name(0)).catch((error: unknown) => String(error));
        return !String(answer).includes("MOVED");
      }),
    );
    owner = cluster.primaries[owns.indexOf(true)] as RedisServer;
    [taker, third] = cluster.primaries.filter((node) => node !== owner) as [RedisServer, RedisServer];
    for (let i = 0; i < keyCount; i += 1) await owner.call("SET", name(i), `value ${i}`);
  }, 60_000);

  async function open(): Promise<void> {
    await setSlot(taker, "IMPORTING", idOf(owner));
    await setSlot(owner, "MIGRATING", idOf(taker));
  }

  /** The target claims the slot, as the mover lets it: once its claim is going to be the newest. Before that, Redis drops the keys. */
  async function claimByTarget(): Promise<void> {
    await waitUntil(async () => outranks(await epochsOf(owner), await epochsOf(taker)), {
      what: "the target has heard of the owner's epoch",
      timeoutMs: 15_000,
      everyMs: 25,
    });
    await setSlot(taker, "NODE", idOf(taker));
  }

  async function migrate(keys: number, from = owner, to = taker): Promise<void> {
    if (keys === 0) return;
    const names = Array.from({ length: keys }, (_, i) => name(i));
    await from.call("MIGRATE", to.host, String(to.port), "", "0", "5000", "KEYS", ...names);
  }

  /** Repairs, and checks that all is settled and every key is there once, with its value. */
  async function fixed(serves?: RedisServer, options: Parameters<typeof fixLive>[1] = {}): Promise<void> {
    const report = await fixLive(cluster.nodes, options);
    // Nodes that hear each other end some of these states by themselves before anyone looks.
    if (report.change !== undefined) expect(report.change).toMatchObject({ complete: true, failed: [], notDone: [] });
    else expect(report.summary).toContain("Nothing to fix");
    await untilSettled(cluster.nodes);
    const counts = await Promise.all(cluster.primaries.map(count));
    expect([...counts].sort()).toEqual([0, 0, keyCount]);
    const now = cluster.primaries[counts.indexOf(keyCount)] as RedisServer;
    if (serves !== undefined) expect(now.address).toBe(serves.address);
    for (let i = 0; i < keyCount; i += 1) expect(await now.call("GET", name(i))).toBe(`value ${i}`);
  }

  oldAndNew(
    "has nothing to do on a healthy cluster",
    async () => {
      const report = await fixLive(cluster.nodes);
      expect(report.change).toBeUndefined();
      expect(report.summary).toContain("Nothing to fix");
    },
    60_000,
  );

  it("closes a slot that only the target opened", async () => {
    await setSlot(taker, "IMPORTING", idOf(owner));
    await fixed(owner);
  }, 60_000);

  it.each([0, 9, keyCount])(
    "finishes a move that stopped after %i keys",
    async (keys) => {
      await open();
      await migrate(keys);
      await fixed(taker);
    },
    60_000,
  );

  it("finishes a move whose target owns the slot and whose source was not told", async () => {
    await open();
    await migrate(keyCount);
    await claimByTarget();
    await fixed(taker);
  }, 60_000);

  it("finishes a move that the third primary was not told of", async () => {
    await open();
    await migrate(keyCount);
    await claimByTarget();
    await setSlot(owner, "NODE", idOf(taker));
    await fixed(taker);
  }, 60_000);

  oldAndNew(
    "closes a slot that only the source opened",
    async () => {
      await setSlot(owner, "MIGRATING", idOf(taker));
      await fixed(owner);
    },
    60_000,
  );

  it("brings keys home where only the target is open", async () => {
    await open();
    await migrate(7);
    await setSlot(owner, "STABLE");
    await fixed(owner);
  }, 60_000);

  oldAndNew(
    "goes on where the target has keys and forgot that it was open",
    async () => {
      await open();
      await migrate(7);
      await setSlot(taker, "STABLE");
      await fixed(taker);
    },
    60_000,
  );

  oldAndNew(
    "brings home keys that nobody finds, with nothing open",
    async () => {
      await open();
      await migrate(7);
      await setSlot(taker, "STABLE");
      await setSlot(owner, "STABLE");
      await fixed(owner);
    },
    60_000,
  );

  oldAndNew(
    "deals with two targets, one of which has keys",
    async () => {
      await open();
      await migrate(5);
      await setSlot(third, "IMPORTING", idOf(owner));
      await fixed(taker);
    },
    60_000,
  );

  it("gives a slot that its owner gave up back to the one with its keys", async () => {
    await owner.call("CLUSTER", "DELSLOTS", String(slot));
    await fixed(owner);
  }, 60_000);

  it("gives a slot that nobody knows an owner of to the one with most of its keys", async () => {
    await open();
    await migrate(7);
    for (const node of cluster.primaries) await node.call("CLUSTER", "DELSLOTS", String(slot)).catch(() => undefined);
    await fixed(owner);
  }, 60_000);

  oldAndNew(
    "serves slots again that nobody owns and nobody has keys of",
    async () => {
      for (const node of cluster.primaries)
        for (let empty = slot + 1; empty < slot + 40; empty += 1)
          await node.call("CLUSTER", "DELSLOTS", String(empty)).catch(() => undefined);
      await fixed(owner);
    },
    60_000,
  );
});

async function epochsOf(node: RedisServer): Promise<Epochs> {
  const info = String(await node.call("CLUSTER", "INFO"));
  const field = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]);
  return { own: field("cluster_my_epoch"), highest: field("cluster_current_epoch") };
}
