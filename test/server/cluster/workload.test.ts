import { beforeAll, describe, expect, it } from "vitest";
import { problemsOf, untilSettled } from "../../support/cluster-settled.js";
import { differencesFrom } from "../../support/cluster-workload-check.js";
import { ClusterWorkload } from "../../support/cluster-workload.js";
import type { Ledger } from "../../support/cluster-workload-ledger.js";
import { hashSlot } from "../../../src/model/hash-slot.js";
import {
  startCluster,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";

usingServers();

/** The instrument of the no-loss tests, tried on losses of known kinds: one that never finds anything proves nothing. */
describe("the workload's account", () => {
  let cluster: TestCluster;
  let workload: ClusterWorkload;
  let ledger: Ledger;

  beforeAll(async () => {
    cluster = await startCluster({ replicasPerPrimary: 0 });
    workload = await ClusterWorkload.start(cluster.nodes, { stillKeys: 500, workers: 4 });
    await operationsOf(workload, 1_000);
    ledger = await workload.stop();
  });

  it("holds on a cluster that nothing happens to", async () => {
    await untilSettled(cluster.nodes);
    expect(await differencesFrom(ledger, cluster.nodes)).toEqual([]);
    expect({ losses: ledger.losses, refused: workload.refused }).toEqual({ losses: [], refused: [] });
  });

  it("holds while slots move by hand", async () => {
    const [from, to] = cluster.primaries as [RedisServer, RedisServer];
    const during = await ClusterWorkload.start(cluster.nodes, { seed: 2, workers: 4 });
    await operationsOf(during, 20);
    for (let slot = 0; slot < 60; slot++) await moveSlot(slot, from, to, cluster.primaries);
    const account = await during.stop();
    await untilSettled(cluster.nodes);
    expect(account.operations).toBeGreaterThan(50);
    expect(account.losses).toEqual([]);
    expect(await differencesFrom(account, cluster.nodes)).toEqual([]);
  });

  it("tells of a key that is gone, an old value, an element pushed twice", async () => {
    const gone = "still:1:7";
    await ownerOf(gone, cluster).call("DEL", gone);
    const old = "still:1:8";
    await ownerOf(old, cluster).call("SET", old, "old");
    const list = ledger.keys.find((key) => key.startsWith("list") && (ledger.mayHold(key)[0]?.length ?? 0) > 0) ?? "";
    await ownerOf(list, cluster).call("RPUSH", list, String(ledger.mayHold(list)[0]?.at(-1)));
    const told = (await differencesFrom(ledger, cluster.nodes)).join("\n");
    for (const name of [gone, old, list]) expect(told).toContain(JSON.stringify(name));
  });

  it("tells of a key that stands on two primaries, and of the slot that is open", async () => {
    const name = "still:1:9";
    const owner = ownerOf(name, cluster);
    const other = cluster.primaries.find((primary) => primary !== owner) as RedisServer;
    await other.call("CLUSTER", "SETSLOT", String(hashSlot(name)), "IMPORTING", await idOf(owner));
    const payload = ledger.mayHold(name)[0] as string;
    const connection = other.open();
    await Promise.all([connection.call("ASKING"), connection.call("SET", name, payload)]);
    connection.close();
    expect((await differencesFrom(ledger, cluster.nodes)).join("\n")).toContain(`"${name}" stands on`);
    expect((await problemsOf(cluster.nodes)).join("\n")).toContain("has the open slot");
  });
});

async function operationsOf(workload: ClusterWorkload, count: number): Promise<void> {
  const goal = workload.ledger.operations + count;
  await waitUntil(() => workload.ledger.operations >= goal, { what: "the workload is under way", timeoutMs: 30_000 });
}

/** By the slots that a fresh cluster deals out; only keys of slots that no test moves are looked up. */
function ownerOf(key: string, { primaries }: TestCluster): RedisServer {
  // One character a byte: some names of the workload are not ASCII.
  const index = Math.floor((hashSlot(Buffer.from(key).toString("latin1")) * primaries.length) / 16_384);
  return primaries[index] as RedisServer;
}

async function moveSlot(slot: number, from: RedisServer, to: RedisServer, primaries: RedisServer[]): Promise<void> {
  const [source, target] = [await idOf(from), await idOf(to)];
  await to.call("CLUSTER", "SETSLOT", String(slot), "IMPORTING", source);
  await from.call("CLUSTER", "SETSLOT", String(slot), "MIGRATING", target);
  for (;;) {
    const keys = (await from.call("CLUSTER", "GETKEYSINSLOT", String(slot), "10")) as string[];
    if (keys.length === 0) break;
    await from.call("MIGRATE", to.host, String(to.port), "", "0", "5000", "KEYS", ...keys);
  }
  for (const primary of [to, from, ...primaries.filter((one) => one !== from && one !== to)])
    await primary.call("CLUSTER", "SETSLOT", String(slot), "NODE", target);
}

async function idOf(server: RedisServer): Promise<string> {
  return String(await server.call("CLUSTER", "MYID"));
}
