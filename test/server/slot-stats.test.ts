import { describe, it } from "vitest";
import { collectSlotStats } from "../../src/collect/keyspace/slot-stats.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Fact } from "../../src/model/fact.js";
import { hashSlot, slotCount } from "../../src/model/hash-slot.js";
import type { SlotStats } from "../../src/model/slot-stats.js";
import { seededRandom } from "../support/key-page.js";
import { liveProfile, type LiveOptions } from "../support/live.js";
import {
  releases,
  RespConnection,
  startClusterNodes,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../support/servers/index.js";

usingServers();

/** Each of these has the command, or says that it has not. */
function hasSlotStats(name: string): boolean {
  const [product, version] = name.split("-");
  return product === "valkey" ? Number(version) >= 8 : Number(version) >= 8.2;
}

async function slotStatsOf(server: RedisServer, options: LiveOptions = {}): Promise<Fact<SlotStats>> {
  const profile = liveProfile([server], { ...options, profile: { discover: false, ...options.profile } });
  const fleet = await openFleet(profile, new AbortController().signal);
  try {
    const [node] = fleet.nodes;
    if (node === undefined) throw new Error("no node");
    return await collectSlotStats(await node.openRedis());
  } finally {
    fleet.close();
  }
}

/** One node with all slots: enough for what a node says of its own. */
async function startSingleNodeCluster(release: string): Promise<{ server: RedisServer; connection: RespConnection }> {
  const [server] = await startClusterNodes(1, { release });
  if (server === undefined) throw new Error("no server");
  const connection = new RespConnection(server.port, server.host);
  const half = slotCount / 2;
  for (const from of [0, half])
    await connection.call("CLUSTER", "ADDSLOTS", ...Array.from({ length: half }, (_, i) => String(from + i)));
  await waitUntil(async () => String(await connection.call("CLUSTER", "INFO")).includes("cluster_state:ok"), {
    what: "the cluster is up",
    timeoutMs: 10_000,
  });
  return { server, connection };
}

describe.concurrent.each(await releases())("$name", ({ name: release }) => {
  const has = hasSlotStats(release);

  it("counts keys, CPU time and traffic by slot where the command is, and says that it is not elsewhere", async ({
    expect,
  }) => {
    const { server, connection } = await startSingleNodeCluster(release);
    try {
      const before = await slotStatsOf(server);
      if (!has) {
        expect(before).toMatchObject({ ok: false, cause: "not-supported" });
        return;
      }
      // As long as the server was not told to count them.
      expect(before.ok && before.value.get(0)).toEqual({ keys: 0, cpuMicroseconds: null, networkBytes: null });
      await connection.call("CONFIG", "SET", "cluster-slot-stats-enabled", "yes");
      await connection.call("SET", "{tag}:1", "value");
      await connection.call("SET", "{tag}:2", "value");
      const fact = await slotStatsOf(server);
      if (!fact.ok) throw new Error(fact.reason);
      expect(fact.value.size).toBe(slotCount);
      const slot = fact.value.get(hashSlot("{tag}:1"));
      expect(slot?.keys).toBe(2);
      expect(slot?.cpuMicroseconds).toBeGreaterThan(0);
      expect(slot?.networkBytes).toBeGreaterThan(0);
      expect(fact.value.get(hashSlot("other"))?.keys).toBe(0);
    } finally {
      connection.close();
    }
  });

  it("has the same idea of a key's slot", async ({ expect }) => {
    const { connection } = await startSingleNodeCluster(release);
    try {
      const random = seededRandom(101);
      const alphabet = "{}ab:1";
      const names = Array.from({ length: 300 }, () =>
        Array.from({ length: Math.floor(random() * 12) }, () => alphabet[Math.floor(random() * 6)]).join(""),
      );
      const answers = await Promise.all(names.map((name) => connection.call("CLUSTER", "KEYSLOT", name)));
      expect(names.map(hashSlot)).toEqual(answers);
    } finally {
      connection.close();
    }
  });

  it("does not have it outside a cluster", async ({ expect }) => {
    expect(await slotStatsOf(await startRedis({ release }))).toMatchObject({ ok: false, cause: "not-supported" });
  });
});
