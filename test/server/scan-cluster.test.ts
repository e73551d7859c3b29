import { describe, expect, it } from "vitest";
import { scanLive } from "../support/scan-live.js";
import { setSlotPatiently } from "../support/set-slot.js";
import { releases, startCluster, usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";

usingServers();

const all = await releases();

/** The oldest and the newest. */
const two = [...new Set([all[0], all.at(-1)])].filter((release) => release !== undefined);

/** Keys of the first primary's slots: all have the same hash tag, which is in one of them. */
async function fill(primary: RedisServer, tag: string): Promise<void> {
  for (let i = 0; i < 400; i++) await primary.call("HSET", `{${tag}}:${i}`, "f", "v");
}

/** A tag whose slot the first of three primaries has. */
async function tagOf(primary: RedisServer): Promise<{ tag: string; slot: number }> {
  for (let i = 0; ; i++) {
    const slot = Number(await primary.call("CLUSTER", "KEYSLOT", `tag${i}`));
    if (slot < 5_000) return { tag: `tag${i}`, slot };
  }
}

describe.each(two)("a cluster of $name", ({ name: release }) => {
  it("is read from a replica as from its primary, and says when slots move meanwhile", async () => {
    const cluster = await startCluster({ release });
    const [primary] = cluster.primaries as [RedisServer];
    const [replica] = cluster.replicas as [RedisServer];
    const { tag, slot } = await tagOf(primary);
    await fill(primary, tag);
    await waitUntil(async () => (await replica.call("DBSIZE")) === 400, {
      what: "the replica has all keys",
      timeoutMs: 10_000,
    });
    const cases = { live: { kind: "cluster" as const }, touch: true };
    for (const server of [primary, replica]) {
      const { keys, scan } = await scanLive(server, cases);
      expect(keys.filter(({ type, elements }) => type === "hash" && elements === 1)).toHaveLength(400);
      expect(scan).toMatchObject({
        gap: null,
        vanishedKeys: 0,
        expectedKeys: 400,
        role: server === primary ? "primary" : "replica",
      });
    }
    const disturbed = await scanLive(primary, {
      ...cases,
      ratePerSecond: 400,
      during: async () => {
        await setSlotPatiently(primary, slot, "MIGRATING", await idOf(cluster.primaries[1] as RedisServer));
      },
    });
    expect(disturbed.scan.gap).toContain(`slots of ${primary.address} moved during the scan`);
  });
});

async function idOf(server: RedisServer): Promise<string> {
  return String(await server.call("CLUSTER", "MYID"));
}
