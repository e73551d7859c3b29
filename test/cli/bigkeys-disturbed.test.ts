import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { rowsOf, runBigkeys, sumOf, unhurried, validReport, type Row } from "../support/bigkeys-run.js";
import { slowly, untilPages } from "../support/halfway.js";
import { mixedKeys, storeKeys } from "../support/mixed-keys.js";
import {
  startCluster,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../support/servers/index.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const keys = mixedKeys(21);

async function filledCluster(replicasPerPrimary: number): Promise<{ cluster: TestCluster; first: RedisServer }> {
  // Or the others answer nothing as soon as they hold the dead one for failed, 5 s later: about as long as the scan lasts.
  const config = { "cluster-require-full-coverage": "no" };
  const cluster = await startCluster({ replicasPerPrimary, config });
  await storeKeys(keys, cluster.primaries);
  const [first] = cluster.primaries;
  if (first === undefined) throw new Error("the cluster has no primary");
  return { cluster, first };
}

/** A member that nothing happens to, so that every node is found. */
function targetOf({ primaries }: TestCluster): string {
  return `redis+cluster://${primaries.at(-1)?.address ?? ""}`;
}

/** What the program makes of what happens when it has read a part of this node's keys. */
async function disturbed(node: RedisServer, args: string[], happening: () => Promise<unknown>) {
  await node.call("CONFIG", "RESETSTAT");
  const run = spawnCli(["bigkeys", ...args, ...slowly, ...unhurried, "--json"]);
  await untilPages(node);
  await happening();
  const { code } = await run.ended;
  return { code, report: validReport(run.stdout()) };
}

function scanOf(report: Report, { address }: RedisServer): Row {
  const row = rowsOf(report, "scan").find(({ node }) => node === address);
  if (row === undefined) throw new Error(`no scan of ${address}`);
  return row;
}

async function expectWhole(report: Report, nodes: RedisServer[]): Promise<void> {
  for (const node of nodes) {
    const count = Number(await node.call("DBSIZE"));
    expect(scanOf(report, node)).toMatchObject({ seenKeys: count, expectedKeys: count, gap: null });
    const placed = rowsOf(report, "skew-nodes").find((row) => row["node"] === node.address);
    expect(placed?.["keys"]).toBe(count);
  }
}

describe("a node of a cluster that dies amid the scan", () => {
  it("is named, and the others' figures are whole", async () => {
    const { cluster, first } = await filledCluster(0);
    const { code, report } = await disturbed(first, [targetOf(cluster)], () => first.kill());
    expect({ code, status: report.status }).toEqual({ code: 3, status: "partial" });
    expect(report.coverage.unseenKeys).toHaveLength(1);
    expect(report.coverage.unseenKeys?.[0]?.gap).toMatch(
      new RegExp(`^${first.address} went away after \\d+ % of its keys`),
    );
    const seen = Number(scanOf(report, first)["seenKeys"]);
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(Number(scanOf(report, first)["expectedKeys"]));
    await expectWhole(report, cluster.primaries.slice(1));
    expect(sumOf(report, "groups", "keys")).toBe(sumOf(report, "scan", "seenKeys"));
    expect(report.coverage.rules.cannotJudge).toBeGreaterThan(0);
    // Nothing that rests on every key is called healthy.
    expect(report.coverage.cannotJudge.map(({ ruleId }) => ruleId)).toContain("big-string");
  });
});

describe("a primary of a cluster that is dead from the start", () => {
  it("is told, with exit code 3, and the others' keys are read", async () => {
    const { cluster, first } = await filledCluster(0);
    await first.kill();
    const { code, report } = await runBigkeys([targetOf(cluster)]);
    expect({ code, status: report.status }).toEqual({ code: 3, status: "partial" });
    expect(report.coverage.unseenKeys?.map(({ gap }) => gap).join(" ")).toContain(first.address);
    expect(report.coverage.nodes).toMatchObject({ total: 3, answered: 2 });
    await expectWhole(report, cluster.primaries.slice(1));
  });

  it("is failed where it is the only one, and nothing is called healthy", async () => {
    const server = await startRedis();
    await server.kill();
    const { code, report } = await runBigkeys([server.address]);
    expect({ code, status: report.status }).toEqual({ code: 3, status: "failed" });
    expect(report.coverage.rules.judged).toBe(0);
    expect(report.summary).toContain("No keys were read");
  });
});

describe("a failover amid the scan", () => {
  it("is told of the node that is no primary any more", async () => {
    const { cluster, first } = await filledCluster(1);
    const [successor] = cluster.replicas as [RedisServer];
    const failOver = async () => {
      await successor.call("CLUSTER", "FAILOVER");
      await waitUntil(async () => String(await successor.call("ROLE")).startsWith("master"), {
        what: "the replica has taken over",
        timeoutMs: 20_000,
      });
    };
    const { code, report } = await disturbed(first, [targetOf(cluster)], failOver);
    expect({ code, status: report.status }).toEqual({ code: 3, status: "partial" });
    expect(report.coverage.unseenKeys).toHaveLength(1);
    expect(report.coverage.unseenKeys?.[0]?.gap).toContain(first.address);
    expect(String(scanOf(report, first)["gap"])).toMatch(/became a replica|slots of .* moved|went away/);
    await expectWhole(report, cluster.primaries.slice(1));
  });
});

describe("--from replicas", () => {
  it("reads a replica of each primary, and asks the primaries for no key", async () => {
    const { cluster } = await filledCluster(1);
    await waitUntil(async () => (await keysOf(cluster.replicas)) === keys.length, {
      what: "the replicas have all keys",
      timeoutMs: 20_000,
    });
    for (const primary of cluster.primaries) await primary.call("CONFIG", "RESETSTAT");
    const { code, report } = await runBigkeys([targetOf(cluster), "--from", "replicas", "--touch"]);
    expect({ code, status: report.status }).toEqual({ code: 0, status: "success" });
    expect(sumOf(report, "scan", "seenKeys")).toBe(keys.length);
    await expectWhole(report, cluster.replicas);
    for (const primary of cluster.primaries)
      expect(String(await primary.call("INFO", "commandstats"))).not.toMatch(/cmdstat_(scan|type|pttl|memory\|usage)/);
  });

  it("says so where a primary has none", async () => {
    const server = await startRedis();
    await server.call("SET", "k", "v");
    const { code, report } = await runBigkeys([server.address, "--from", "replicas"]);
    expect(code).toBe(3);
    expect(report.coverage.unseenKeys?.[0]?.gap).toContain(`${server.address} has no replica`);
  });
});

async function keysOf(servers: RedisServer[]): Promise<number> {
  const counts = await Promise.all(servers.map(async (server) => Number(await server.call("DBSIZE"))));
  return counts.reduce((sum, count) => sum + count, 0);
}
