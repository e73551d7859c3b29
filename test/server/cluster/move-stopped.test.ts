import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MoveStep } from "../../../src/apply/move-types.js";
import { hashSlot } from "../../../src/model/hash-slot.js";
import { LiveMover, lostOrChanged, seedEveryType, slotTroubles, wholeKeyspace } from "../../support/move-live.js";
import { startCluster, usingServers, type RedisServer, type TestCluster } from "../../support/servers/index.js";

usingServers();

const deadline = 120_000;

const steps: MoveStep[] = [
  "before-open",
  "target-importing",
  "source-migrating",
  "keys-listed",
  "batch-sent",
  "batch-moved",
  "slot-empty",
  "target-owns",
  "source-knows",
  "others-know",
  "slot-done",
];

describe.each(["redis-6.0", "valkey-8.1"])("a move that is cut off on %s", (release) => {
  let cluster: TestCluster;
  let mover: LiveMover;
  let nodes: [RedisServer, RedisServer, RedisServer];
  const slot = hashSlot("{cut}");

  beforeAll(async () => {
    cluster = await startCluster({ release, primaries: 3, replicasPerPrimary: 0 });
    nodes = cluster.primaries as typeof nodes;
    mover = await LiveMover.open(cluster.nodes);
    await seedEveryType(mover, cluster.primaries, 5);
    for (let i = 0; i < 40; i++) await ownerOfSlot().call("SET", `{cut}:${i}`, `value ${i}`);
  }, deadline);

  afterAll(() => mover.close());

  const ownerOfSlot = () => nodes[Math.floor((slot * 3) / 16_384)] as RedisServer;

  it.each(steps)("is finished after a stop at %s, no key lost", { timeout: deadline }, async (stopAt) => {
    const before = await wholeKeyspace(mover, nodes);
    const home = ownerOfSlot();
    const other = nodes.find((node) => node !== home) as RedisServer;
    const killed = new Error("killed here");
    const onStep = (step: MoveStep) => (step === stopAt ? Promise.reject(killed) : Promise.resolve());
    const moving = mover.move([{ from: home, to: other, slots: [[slot, slot]] }], { batchKeys: 7 }, { onStep });
    await expect(moving).rejects.toBe(killed);
    expect(await mover.finish(slot, home, other)).toMatchObject({ finished: true });
    expect(await slotTroubles(mover, nodes)).toEqual([]);
    expect(lostOrChanged(before, await wholeKeyspace(mover, nodes))).toEqual([]);
    expect((await wholeKeyspace(mover, nodes)).get("{cut}:1")?.port).toBe(other.port);
    expect(await mover.move([{ from: other, to: home, slots: [[slot, slot]] }])).toMatchObject({ notMoved: [] });
  });

  it("finishes the windows in hand and begins no other when a stop is asked for", { timeout: deadline }, async () => {
    const stop = new AbortController();
    const [first, second] = nodes;
    const before = await wholeKeyspace(mover, nodes);
    const onStep = (step: MoveStep) => {
      if (step === "slot-done") stop.abort();
      return Promise.resolve();
    };
    const result = await mover.move(
      [{ from: first, to: second, slots: [[0, 500]] }],
      {},
      { stopRequested: stop.signal, onStep },
    );
    expect(result.moved).toHaveLength(1);
    expect(result.notMoved).toMatchObject([{ state: "not-begun", reason: expect.stringContaining("Stopped") }]);
    expect(await slotTroubles(mover, nodes)).toEqual([]);
    expect(lostOrChanged(before, await wholeKeyspace(mover, nodes))).toEqual([]);
    const slots = result.moved[0]?.slots ?? [];
    expect(await mover.move([{ from: second, to: first, slots }])).toMatchObject({ notMoved: [] });
  });

  it("replaces a copy that is equal on both sides", { timeout: deadline }, async () => {
    const home = ownerOfSlot();
    const other = nodes.find((node) => node !== home) as RedisServer;
    await copyToTarget(home, other, "value 3");
    const result = await mover.move([{ from: home, to: other, slots: [[slot, slot]] }]);
    expect(result).toMatchObject({ notMoved: [], notes: [expect.stringContaining("{cut}:3 was on")] });
    expect(await slotTroubles(mover, nodes)).toEqual([]);
    expect(await mover.move([{ from: other, to: home, slots: [[slot, slot]] }])).toMatchObject({ notMoved: [] });
  });

  it("stops at a key with two different values and shows both", { timeout: deadline }, async () => {
    const home = ownerOfSlot();
    const other = nodes.find((node) => node !== home) as RedisServer;
    await copyToTarget(home, other, "another value");
    const { notMoved } = await mover.move([{ from: home, to: other, slots: [[slot, slot]] }]);
    expect(notMoved).toMatchObject([{ state: "open", slots: [[slot, slot]] }]);
    expect(notMoved[0]?.reason).toContain("Key {cut}:3 is on both nodes with different values");
    expect(notMoved[0]?.reason).toContain("a string of 13 bytes, no TTL");
    await onTarget(other, ["DEL", "{cut}:3"]);
    expect(await mover.finish(slot, home, other)).toMatchObject({ finished: true });
    expect(await slotTroubles(mover, nodes)).toEqual([]);
    expect((await wholeKeyspace(mover, nodes)).get("{cut}:3")?.content).toBe('string "value 3"');
    expect(await mover.move([{ from: other, to: home, slots: [[slot, slot]] }])).toMatchObject({ notMoved: [] });
  });

  it(
    "leaves a key that would block its node alone, by name, unless that is allowed",
    { timeout: deadline },
    async () => {
      const home = ownerOfSlot();
      const other = nodes.find((node) => node !== home) as RedisServer;
      // Above 20 MB/s for half of 5 s.
      await home.call("SETRANGE", "{cut}:big", "55000000", "x");
      const refused = await mover.move([{ from: home, to: other, slots: [[slot, slot]] }]);
      expect(refused).toMatchObject({ moved: [], notMoved: [{ state: "not-begun" }] });
      expect(refused.notMoved[0]?.reason).toContain("Key {cut}:big");
      expect(await slotTroubles(mover, nodes)).toEqual([]);
      const moves = [{ from: home, to: other, slots: [[slot, slot]] as [number, number][] }];
      expect(await mover.move(moves, { allowBlocking: true })).toMatchObject({ notMoved: [] });
      await other.call("DEL", "{cut}:big");
      expect(await mover.move([{ from: other, to: home, slots: [[slot, slot]] }])).toMatchObject({ notMoved: [] });
    },
  );

  async function copyToTarget(home: RedisServer, other: RedisServer, value: string): Promise<void> {
    await other.call("CLUSTER", "SETSLOT", String(slot), "IMPORTING", mover.at(home).id);
    await home.call("CLUSTER", "SETSLOT", String(slot), "MIGRATING", mover.at(other).id);
    await onTarget(other, ["SET", "{cut}:3", value]);
  }

  async function onTarget(other: RedisServer, [command, ...args]: [string, ...string[]]): Promise<void> {
    const bulk = await mover.at(other).node.openBulk();
    await bulk.call("ASKING");
    await bulk.call(command, ...args);
    bulk.close();
  }
});
