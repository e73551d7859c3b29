import { afterEach, describe, expect, it } from "vitest";
import { differencesFrom } from "../support/cluster-workload-check.js";
import { ClusterWorkload } from "../support/cluster-workload.js";
import { type CliRun, outcomeOf, runCli } from "../support/run-cli.js";
import {
  startCluster,
  startClusterNodes,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../support/servers/index.js";

usingServers();

let running: RedisServer[] = [];
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
});

async function cluster(options: Parameters<typeof startCluster>[0] = {}): Promise<TestCluster> {
  const made = await startCluster(options);
  running.push(...made.nodes);
  return made;
}

async function newcomer(release?: string): Promise<RedisServer> {
  const [node] = await startClusterNodes(1, release === undefined ? {} : { release });
  if (node === undefined) throw new Error("no node");
  running.push(node);
  return node;
}

function verb(name: string, through: RedisServer | undefined, ...args: string[]): Promise<CliRun> {
  return runCli(["cluster", name, "-p", `redis+cluster://${through?.address}`, "--wait", "40s", ...args]);
}

async function linesOf(node: RedisServer): Promise<string[]> {
  return String(await node.call("CLUSTER", "NODES"))
    .trim()
    .split("\n");
}

async function ownLine(node: RedisServer): Promise<string> {
  return (await linesOf(node)).find((line) => line.includes("myself")) ?? "";
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error("nothing there");
  return item;
}

function ok(run: CliRun): void {
  expect(run.code, outcomeOf(run)).toBe(0);
}

describe("cluster add-node", () => {
  it.each(["redis-6.0", "valkey-9.1"])(
    "ends when every member of %s sees the newcomer and it serves",
    async (release) => {
      const { nodes } = await cluster({ release, replicasPerPrimary: 0 });
      const joining = await newcomer(release);
      ok(await verb("add-node", nodes[0], joining.address, "--yes"));
      // At once, without any wait: this is where moving slots to a newcomer would fail otherwise.
      expect(String(await joining.call("CLUSTER", "INFO"))).toContain("cluster_state:ok");
      for (const node of [...nodes, joining]) expect(await linesOf(node)).toHaveLength(4);
      ok(await verb("add-node", nodes[0], joining.address, "--yes"));
    },
  );

  it("makes replicas of the primaries that need one, linked and synced", async () => {
    const { nodes, primaries } = await cluster({ replicasPerPrimary: 0 });
    const joining = [await newcomer(), await newcomer()];
    ok(await verb("add-node", nodes[0], ...joining.map(({ address }) => address), "--replica-of", "auto", "--yes"));
    const followed = await Promise.all(joining.map(async (node) => (await ownLine(node)).split(" ")[3]));
    const ids = await Promise.all(primaries.map((node) => node.call("CLUSTER", "MYID")));
    expect(new Set(followed).size).toBe(2);
    for (const id of followed) expect(ids).toContain(id);
    for (const node of joining)
      expect(String(await node.call("INFO", "replication"))).toContain("master_link_status:up");
  });

  it("refuses members of other clusters and servers that are no cluster nodes, all at once, and changes nothing", async () => {
    const { nodes } = await cluster({ replicasPerPrimary: 0 });
    const other = await cluster({ replicasPerPrimary: 0 });
    const plain = await startRedis();
    running.push(plain);
    const stranger = first(other.nodes);
    const fresh = await newcomer();
    const run = await verb("add-node", nodes[0], fresh.address, stranger.address, plain.address, "--yes");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`${stranger.address}: it already knows other nodes`);
    expect(run.stderr).toContain(`${plain.address}: it is not in cluster mode`);
    expect(await linesOf(fresh)).toHaveLength(1);
    expect(await linesOf(first(nodes))).toHaveLength(3);
  });
});

describe("cluster del-node", () => {
  it("drains a primary that is written to, gives its replica another one, and no view names it any more", async () => {
    const { nodes, primaries, replicas } = await cluster({ primaries: 4 });
    const leaving = first(primaries);
    const orphan = first(replicas);
    const workload = await ClusterWorkload.start(nodes, { stillKeys: 1_000, pauseMs: 5 });
    const gone = String(await leaving.call("CLUSTER", "MYID"));
    ok(await verb("del-node", nodes[1], leaving.address, "--yes"));
    for (const node of nodes.filter((one) => one !== leaving)) {
      const lines = await linesOf(node);
      expect(lines).toHaveLength(7);
      expect(lines.join("\n")).not.toContain(gone);
      expect(String(await node.call("CLUSTER", "INFO"))).toContain("cluster_slots_ok:16384");
    }
    expect(await linesOf(leaving)).toHaveLength(1);
    expect(await leaving.call("DBSIZE")).toBe(0);
    expect(String(await orphan.call("INFO", "replication"))).toContain("master_link_status:up");
    const ledger = await workload.stop();
    expect({ losses: ledger.losses, refused: workload.refused }).toEqual({ losses: [], refused: [] });
    expect(
      await differencesFrom(
        ledger,
        nodes.filter((one) => one !== leaving),
      ),
    ).toEqual([]);
  }, 180_000);

  it("refuses what would harm the cluster, and forgets a dead replica by the beginning of its id", async () => {
    const { nodes, primaries, replicas } = await cluster({ release: "redis-6.0" });
    const few = await verb("del-node", nodes[0], first(primaries).address, "--yes");
    expect(few.code).toBe(2);
    expect(few.stderr).toContain("--allow-few-primaries");
    const [dead, leaving] = [first(replicas), first(replicas.slice(1))];
    const id = String(await dead.call("CLUSTER", "MYID"));
    await dead.stop();
    const deaf = await verb("del-node", nodes[0], leaving.address, "--yes");
    expect(deaf.code).toBe(2);
    expect(deaf.stderr).toContain(`${dead.address} does not answer, so it cannot be told`);
    ok(await verb("del-node", nodes[0], id.slice(0, 10), "--yes"));
    for (const node of nodes.filter((one) => one !== dead)) expect((await linesOf(node)).join("\n")).not.toContain(id);
  });
});

describe("cluster failover", () => {
  it.each(["redis-6.0", "valkey-8.1"])("ends when every member of %s sees the new primary", async (release) => {
    const { nodes, primaries, replicas } = await cluster({ release });
    const replica = first(replicas);
    ok(await verb("failover", nodes[1], replica.address, "--yes"));
    expect(await ownLine(replica)).toContain("myself,master");
    expect(await ownLine(first(primaries))).toContain("myself,slave");
    const again = await verb("failover", nodes[1], replica.address, "--yes");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain(`Name the replica that is to take over: ${first(primaries).address}`);
    // The lock is given back although its slot's owner has changed.
    ok(await verb("failover", nodes[1], first(primaries).address, "--yes"));
  });

  it("refuses without the primary, and does it by vote with --force as del-node says", async () => {
    const { nodes, primaries, replicas } = await cluster({ config: { "cluster-replica-no-failover": "yes" } });
    const [dead, replica] = [first(primaries), first(replicas)];
    await dead.stop();
    const owner = await verb("del-node", nodes[1], dead.address, "--yes");
    expect(owner.code).toBe(2);
    expect(owner.stderr).toContain("does not answer and owns slots 0-");
    const wayOut = `cluster failover -p redis+cluster://${nodes[1]?.address} --force ${replica.address}`;
    expect(owner.stderr).toContain(wayOut);
    const refused = await verb("failover", nodes[1], replica.address, "--yes");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("add --force");
    await waitUntil(async () => (await linesOf(first(nodes.slice(1)))).some((line) => / \S*fail[, ]/.test(line)), {
      what: "the dead primary is held for failed",
      timeoutMs: 40_000,
    });
    const run = await runCli([...wayOut.split(" "), "--yes"]);
    ok(run);
    expect(run.stdout).toContain("Writes that the replica has not received are lost.");
    expect(await ownLine(replica)).toContain("myself,master");
  }, 120_000);

  it("takes over where most primaries are dead, after which both are taken out at once", async () => {
    const { nodes, primaries, replicas } = await cluster({ config: { "cluster-replica-no-failover": "yes" } });
    const [alive, dead] = [[...primaries.slice(2), ...replicas], primaries.slice(0, 2)];
    await Promise.all(dead.map((node) => node.kill()));
    for (const heir of replicas.slice(0, 2)) {
      const run = await verb("failover", nodes[2], "--takeover", heir.address, "--yes");
      ok(run);
      expect(run.stdout).toContain("two primaries may claim the slots");
      expect(await ownLine(heir)).toContain("myself,master");
    }
    // Who was among the minority takes no write for as long as cluster-node-timeout after that, and so no lock.
    await waitUntil(
      async () => {
        const infos = await Promise.all(alive.map((node) => node.call("CLUSTER", "INFO")));
        return infos.every((info) => String(info).includes("cluster_state:ok"));
      },
      { what: "the cluster serves again", timeoutMs: 30_000 },
    );
    const addresses = dead.map(({ address }) => address);
    ok(await verb("del-node", nodes[2], ...addresses, "--yes"));
    for (const node of alive) {
      expect(await linesOf(node)).toHaveLength(4);
      expect(String(await node.call("CLUSTER", "INFO"))).toContain("cluster_state:ok");
    }
  }, 180_000);
});
