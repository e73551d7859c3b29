import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockKey, takeClusterLock } from "../../../src/apply/cluster-lock.js";
import { hashSlot } from "../../../src/model/hash-slot.js";
import type { RedisBulkPort } from "../../../src/model/node-port.js";
import { LiveMover } from "../../support/move-live.js";
import { startCluster, usingServers, waitUntil, type TestCluster } from "../../support/servers/index.js";

usingServers();

const deadline = 60_000;
const slot = hashSlot(lockKey);

/** The same connection, but `touch` comes before every transaction. */
function touchedBeforeExec(port: RedisBulkPort, touch: () => Promise<unknown>): RedisBulkPort {
  const pipeline: RedisBulkPort["pipeline"] = async (request, count) => {
    if (typeof request === "string" && request.includes("EXEC")) await touch();
    return port.pipeline(request, count);
  };
  return {
    pipeline,
    call: port.call.bind(port),
    stream: port.stream.bind(port),
    sayOnEnd: port.sayOnEnd.bind(port),
    close: port.close.bind(port),
  };
}

describe("the lock of a cluster", () => {
  let cluster: TestCluster;
  let mover: LiveMover;

  beforeAll(async () => {
    cluster = await startCluster({ primaries: 3, replicasPerPrimary: 0 });
    mover = await LiveMover.open(cluster.nodes);
  }, deadline);

  afterAll(() => mover.close());

  const take = (holder: string, ttlMs?: number) =>
    takeClusterLock({ members: mover.members, holder, ...(ttlMs === undefined ? {} : { ttlMs }) });
  const owner = () => cluster.primaries[Math.floor((slot * 3) / 16_384)] as (typeof cluster.primaries)[0];
  const other = () => cluster.primaries.find((node) => node !== owner()) as (typeof cluster.primaries)[0];

  it("refuses a second run and names the first, until it is released", { timeout: deadline }, async () => {
    const lock = await take("host-a pid 1 cluster rebalance");
    await expect(take("host-b pid 2 cluster fix")).rejects.toMatchObject({
      kind: "change",
      code: "cluster-locked",
      message: expect.stringMatching(/host-a pid 1 cluster rebalance; it expires in (30|2\d) s$/),
    });
    await lock.release();
    await lock.release();
    expect(lock.lost.aborted).toBe(false);
    expect(await owner().call("EXISTS", lockKey)).toBe(0);
  });

  it(
    "is renewed beyond its time, and follows its own slot to another node and back",
    { timeout: deadline },
    async () => {
      const lock = await take("host-a", 9_000);
      const home = owner();
      expect(await mover.move([{ from: home, to: other(), slots: [[slot, slot]] }])).toMatchObject({ notMoved: [] });
      const began = performance.now();
      await waitUntil(() => performance.now() - began > 10_000, {
        what: "the lock's first time is over",
        timeoutMs: 20_000,
      });
      expect(lock.lost.aborted).toBe(false);
      await expect(take("host-b")).rejects.toMatchObject({ code: "cluster-locked" });
      expect(await mover.move([{ from: other(), to: home, slots: [[slot, slot]] }])).toMatchObject({ notMoved: [] });
      await lock.release();
      await (await take("host-b")).release();
    },
  );

  it("is lost when another holds it, and then not taken from that one", { timeout: deadline }, async () => {
    const lock = await take("host-a", 1_000);
    await owner().call("SET", lockKey, "somebody else", "PX", "20000");
    await waitUntil(() => lock.lost.aborted, { what: "the loss is seen", timeoutMs: 10_000 });
    expect(lock.lost.reason).toMatchObject({ kind: "change", code: "lock-lost" });
    await lock.release();
    expect(await owner().call("GET", lockKey)).toBe("somebody else");
    await owner().call("DEL", lockKey);
  });

  it(
    "is given back though a renewal that was still on its way touched it meanwhile",
    { timeout: deadline },
    async () => {
      const touches = [() => owner().call("PEXPIRE", lockKey, "30000")];
      const members = mover.members.map((member) => {
        const openBulk = async () => touchedBeforeExec(await member.node.openBulk(), async () => touches.pop()?.());
        return { ...member, node: { ...member.node, openBulk } };
      });
      const lock = await takeClusterLock({ members, holder: "host-a" });
      await lock.release();
      expect(touches).toEqual([]);
      expect(await owner().call("EXISTS", lockKey)).toBe(0);
    },
  );

  it("tells a cluster that takes no write from one that is locked", { timeout: deadline }, async () => {
    for (const node of cluster.primaries) {
      await node.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
      await node.call("CONFIG", "SET", "maxmemory", "1");
    }
    await expect(take("host-a")).rejects.toMatchObject({ kind: "change", code: "cluster-not-writable" });
    for (const node of cluster.primaries) await node.call("CONFIG", "SET", "maxmemory", "0");
  });
});
