import { expect, it } from "vitest";
import { type CliRun, outcomeOf, runCli } from "../support/run-cli.js";
import { startCluster, startClusterNodes, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

function verb(name: string, through: RedisServer | undefined, ...args: string[]): Promise<CliRun> {
  return runCli(["cluster", name, "-p", `redis+cluster://${through?.address}`, "--yes", ...args]);
}

async function ok(running: Promise<CliRun>): Promise<string> {
  const run = await running;
  expect(run.code, outcomeOf(run)).toBe(0);
  return run.stdout;
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.call("CLUSTER", "MYID"));
}

/** The ids in a node's table, with the flags of each. */
async function tableOf(node: RedisServer): Promise<Map<string, string>> {
  const lines = String(await node.call("CLUSTER", "NODES"))
    .trim()
    .split("\n");
  return new Map(lines.map((line) => [line.split(" ")[0] ?? "", line.split(" ")[2] ?? ""]));
}

it.each(["redis-8.0", "valkey-9.1"])(
  "a node of %s that was just removed, by cachectl or by hand, joins again and keeps its slots",
  async (release) => {
    const { nodes } = await startCluster({ release, replicasPerPrimary: 0 });
    const [joining] = (await startClusterNodes(1, { release })) as [RedisServer];
    const fresh = await idOf(joining);
    await ok(verb("add-node", nodes[0], joining.address));
    expect(await idOf(joining), "a node that was never a member keeps its id").toBe(fresh);

    await ok(verb("del-node", nodes[0], joining.address));
    const second = await idOf(joining);
    expect(second).not.toBe(fresh);
    expect([...(await tableOf(joining)).keys()]).toEqual([second]);
    await ok(verb("add-node", nodes[0], joining.address));
    expect(await idOf(joining), "its id was new already").toBe(second);

    // What redis-cli --cluster del-node does: its old id is banned for 60 s, and it still has it.
    for (const node of nodes) await node.call("CLUSTER", "FORGET", second);
    await joining.call("CLUSTER", "RESET", "SOFT");
    const report = await ok(verb("add-node", nodes[0], joining.address));
    const third = await idOf(joining);
    expect(third).not.toBe(second);
    expect(report).toContain(`${joining.address} has the new node id ${third} (CLUSTER RESET HARD)`);

    await ok(verb("rebalance", nodes[0], "--include-empty"));
    for (const node of [...nodes, joining]) {
      const table = await tableOf(node);
      expect(table.size).toBe(4);
      expect(table.has(third)).toBe(true);
      expect(String(await node.call("CLUSTER", "INFO"))).toContain("cluster_slots_ok:16384");
    }
  },
  90_000,
);

it.each(["redis-6.0", "valkey-9.1"])("a member of %s that was reset by hand is taken out", async (release) => {
  const { nodes } = await startCluster({ release, replicasPerPrimary: 0 });
  const [leaving] = (await startClusterNodes(1, { release })) as [RedisServer];
  await ok(verb("add-node", nodes[0], leaving.address));
  const id = await idOf(leaving);
  await leaving.call("CLUSTER", "RESET", "SOFT");
  await ok(verb("del-node", nodes[0], leaving.address));
  for (const node of nodes) expect([...(await tableOf(node)).keys()]).not.toContain(id);
  expect((await tableOf(leaving)).size).toBe(1);
});
