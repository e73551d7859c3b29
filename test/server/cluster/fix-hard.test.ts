import { describe, expect, it } from "vitest";
import { hashSlot } from "../../../src/model/hash-slot.js";
import { untilSettled } from "../../support/cluster-settled.js";
import { fixLive } from "../../support/fix-live.js";
import {
  releases,
  startCluster,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";

usingServers();

const all = await releases();
const tag = "{fix-6}";
const slot = hashSlot(tag);

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.call("CLUSTER", "MYID"));
}

async function claims(node: RedisServer): Promise<boolean> {
  const own = String(await node.call("CLUSTER", "NODES"))
    .split("\n")
    .find((line) => line.includes("myself"));
  const ranges = own?.split(" ").slice(8) ?? [];
  return ranges.some((range) => {
    const [first = -1, last = first] = range.split("-").map(Number);
    return first <= slot && slot <= last;
  });
}

/** Who has the key, by each primary's own slots. */
async function countIn(nodes: RedisServer[]): Promise<unknown[]> {
  return Promise.all(nodes.map((node) => node.call("CLUSTER", "COUNTKEYSINSLOT", String(slot))));
}

async function parties(cluster: TestCluster): Promise<{ owner: RedisServer; taker: RedisServer }> {
  const owns = await Promise.all(cluster.primaries.map(claims));
  const owner = cluster.primaries[owns.indexOf(true)] as RedisServer;
  const taker = cluster.primaries.find((node) => node !== owner) as RedisServer;
  return { owner, taker };
}

describe("cluster fix with a slot that two primaries own", () => {
  // Nodes that hear each other end this within a second; only Valkey can be made deaf for a test.
  it.each(all.filter(({ product }) => product === "valkey"))(
    "keeps the keys of both on $name",
    async ({ name: release }) => {
      const cluster = await startCluster({
        ...{ release, primaries: 3, replicasPerPrimary: 1 },
        config: { "enable-debug-command": "yes", "cluster-node-timeout": "60000" },
      });
      const { owner, taker } = await parties(cluster);
      await owner.call("SET", `${tag}:owner`, "of the owner");
      await owner.call("SET", `${tag}:same`, "same");
      const deafen = (filter: string) =>
        Promise.all(cluster.nodes.map((node) => node.call("DEBUG", "DROP-CLUSTER-PACKET-FILTER", filter)));
      await deafen("-2");
      await taker.call("CLUSTER", "DELSLOTS", String(slot));
      await taker.call("CLUSTER", "ADDSLOTS", String(slot));
      await taker.call("SET", `${tag}:taker`, "of the taker");
      await taker.call("SET", `${tag}:same`, "same");
      const fixing = fixLive(cluster.nodes);
      const both = async () => (await claims(owner)) && (await claims(taker));
      await waitUntil(async () => !(await both()), { what: "one gives up its claim", timeoutMs: 30_000 });
      await deafen("-1");
      const report = await fixing;
      expect(report.change).toMatchObject({ complete: true, failed: [], notDone: [] });
      expect(report.change?.done[0]).toContain("gives up its claim to slot");
      await untilSettled(cluster.nodes);
      expect([...(await countIn(cluster.primaries))].sort()).toEqual([0, 0, 3]);
      const now = (await parties(cluster)).owner;
      for (const [key, value] of [
        ["owner", "of the owner"],
        ["taker", "of the taker"],
        ["same", "same"],
      ])
        expect(await now.call("GET", `${tag}:${key}`)).toBe(value);
      await cluster.stop();
    },
    180_000,
  );
});

describe("cluster fix with one key of two values", () => {
  it("shows both, deletes neither, and ends well when one is gone", async () => {
    const cluster = await startCluster({ release: "redis-7.0", primaries: 3, replicasPerPrimary: 0 });
    const { owner, taker } = await parties(cluster);
    await owner.call("SET", `${tag}:k`, "one");
    await owner.call("SET", `${tag}:other`, "value");
    await taker.call("CLUSTER", "SETSLOT", String(slot), "IMPORTING", await idOf(owner));
    const connection = taker.open();
    await connection.call("ASKING");
    await connection.call("SET", `${tag}:k`, "two");
    const report = await fixLive(cluster.nodes);
    expect(report.change?.complete).toBe(false);
    expect(report.change?.failed[0]?.reason).toContain(`${tag}:k`);
    expect(report.change?.goOn).toContain("cachectl cluster fix -p live");
    expect(await owner.call("GET", `${tag}:k`)).toBe("one");
    await connection.call("ASKING");
    expect(await connection.call("GET", `${tag}:k`)).toBe("two");
    await connection.call("ASKING");
    await connection.call("DEL", `${tag}:k`);
    connection.close();
    expect((await fixLive(cluster.nodes)).change).toMatchObject({ complete: true });
    await untilSettled(cluster.nodes);
    expect(await countIn([owner, taker])).toEqual([2, 0]);
    await cluster.stop();
  }, 120_000);
});

describe("cluster fix with slots that nobody owns", () => {
  it.each(all.filter(({ name }) => ["redis-6.0", "valkey-9.1"].includes(name)))(
    "serves 5,461 of them again with their keys on $name",
    async ({ name: release }) => {
      const cluster = await startCluster({ release, primaries: 3, replicasPerPrimary: 0 });
      const [first, ...others] = cluster.primaries as [RedisServer, ...RedisServer[]];
      const names = Array.from({ length: 600 }, (_, i) => `key:${i}`).filter((name) => hashSlot(name) < 5461);
      for (const name of names) await first.call("SET", name, `value of ${name}`);
      const slots = Array.from({ length: 5461 }, (_, i) => String(i));
      for (const node of [first, ...others]) await node.call("CLUSTER", "DELSLOTS", ...slots).catch(() => undefined);
      const report = await fixLive(cluster.nodes);
      expect(report.change).toMatchObject({ complete: true, failed: [], notDone: [] });
      await untilSettled(cluster.nodes);
      for (const name of names) expect(await first.call("GET", name)).toBe(`value of ${name}`);
      await cluster.stop();
    },
    120_000,
  );

  it("gives a dead primary's slots away only with consent", async () => {
    const cluster = await startCluster({ release: "redis-8.0", primaries: 3, replicasPerPrimary: 0 });
    const [dead, ...alive] = cluster.primaries as [RedisServer, ...RedisServer[]];
    await dead.stop();
    await waitUntil(
      async () => {
        const views = await Promise.all(alive.map((node) => node.call("CLUSTER", "NODES")));
        return views.every((view) => /master,fail /.test(String(view)));
      },
      { what: "the others hold the dead primary for failed", timeoutMs: 60_000 },
    );
    await expect(fixLive(alive)).rejects.toMatchObject({
      code: "cluster-fix-refused",
      kind: "usage",
      hint: expect.stringContaining(`--accept-loss-of ${dead.address}`) as string,
    });
    const before = String(await alive[0]?.call("CLUSTER", "NODES"));
    expect(before).toContain(" 0-5460");
    const report = await fixLive(alive, { acceptLossOf: [dead.address] });
    expect(report.change).toMatchObject({ complete: true, failed: [] });
    for (const node of alive) expect(String(await node.call("CLUSTER", "INFO"))).toContain("cluster_slots_ok:16384");
    await cluster.stop();
  }, 180_000);
});
