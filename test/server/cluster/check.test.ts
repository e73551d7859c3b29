import { beforeAll, describe, expect, it } from "vitest";
import { clusterRules } from "../../../src/analyze/known-rules.js";
import { runRules } from "../../../src/analyze/run-rules.js";
import { comparePriority } from "../../../src/model/finding.js";
import type { Recommendation, Report } from "../../../src/model/report.js";
import { analysisReport } from "../../../src/report/build-report.js";
import { observeLive, type LiveOptions } from "../../support/live.js";
import {
  releases,
  startCluster,
  startClusterNodes,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";

usingServers();

// Gossip takes about a second, on a busy machine ten.
const timeoutMs = 40_000;

describe("a cluster of three primaries with a replica each", () => {
  let cluster: TestCluster;
  let primary: RedisServer;
  let other: RedisServer;
  let replica: RedisServer;

  beforeAll(async () => {
    cluster = await startCluster();
    [primary, other] = cluster.primaries as [RedisServer, RedisServer];
    [replica] = cluster.replicas as [RedisServer];
  });

  it("gives nothing from medium on while it is healthy", async () => {
    await untilQuiet(cluster.nodes);
    const report = await check(cluster.nodes);
    expect(report.coverage.nodes).toMatchObject({ total: 6, answered: 6 });
    expect(report.coverage.cannotJudge.filter(({ worstCase }) => comparePriority(worstCase, "medium") >= 0)).toEqual(
      [],
    );
  });

  it("reports a slot that is open on both sides, with the verb that mends it, until it is closed", async () => {
    const [from, to] = await Promise.all([idOf(primary), idOf(other)]);
    await other.call("CLUSTER", "SETSLOT", "7", "IMPORTING", from);
    await primary.call("CLUSTER", "SETSLOT", "7", "MIGRATING", to);
    const [finding] = found(await check(cluster.nodes), "cluster-slots-open");
    expect(finding).toMatchObject({ priority: "high", nodes: [primary.address, other.address].sort(byPort) });
    expect(finding?.commands[0]).toBe("cachectl cluster fix -p live");

    await Promise.all([primary, other].map((node) => node.call("CLUSTER", "SETSLOT", "7", "STABLE")));
    await untilQuiet(cluster.nodes);
  });

  it("reports a slot without an owner until it has one", async () => {
    await primary.call("CLUSTER", "DELSLOTS", "7");
    const finding = await untilFound(cluster.nodes, "cluster-not-ok");
    expect(finding.priority).toBe("critical");

    await primary.call("CLUSTER", "ADDSLOTS", "7");
    await untilQuiet(cluster.nodes);
  });

  it("reports settings that differ on a replica until they are equal", async () => {
    await replica.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    const finding = await untilFound(cluster.nodes, "cluster-config-drift");
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding.evidence).toContainEqual(
      expect.objectContaining({ node: replica.address, fact: "maxmemory-policy", value: "allkeys-lru" }),
    );

    await replica.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await untilQuiet(cluster.nodes);
  });

  it("reports a replica that is gone, and that its primary has none, until it is back", async () => {
    await replica.freeze();
    // The frozen node is not asked: it would only cost its timeout, over and over.
    const rest = cluster.nodes.filter((node) => node !== replica);
    const finding = await untilFound(rest, "cluster-member-failing", { profile: { discover: false } });
    expect(finding).toMatchObject({ priority: "medium", nodes: [replica.address] });
    const report = await check(rest);
    expect(found(report, "node-unreachable")).toMatchObject([{ nodes: [replica.address] }]);
    expect(found(report, "cluster-primary-without-replica")).toMatchObject([{ nodes: [primary.address] }]);

    await replica.thaw();
    await untilQuiet(cluster.nodes);
  });

  it("reports a primary whose replica is in its own zone until that is elsewhere", async () => {
    // All have one host here, so each gets a name of its own to have a zone by.
    await Promise.all(
      cluster.nodes.map((node, index) => node.call("CONFIG", "SET", "cluster-announce-hostname", `node-${index}.test`)),
    );
    const judged = async (...inOrder: string[]) => {
      const zones = Object.fromEntries(inOrder.map((zone, index) => [`node-${index}.test`, zone]));
      return found(await check(cluster.nodes, { identity: { zones } }), "cluster-zone-loss");
    };
    expect(await judged("a", "b", "c", "a", "c", "b")).toMatchObject([
      { priority: "medium", nodes: [primary.address], issue: expect.stringContaining("all its replicas") as string },
    ]);
    expect(await judged("a", "b", "c", "b", "c", "a")).toEqual([]);
  });

  it("reports a migration that the servers carry out, until it is cancelled", async () => {
    // The target stands still for as long as this takes, and nobody shall take it for failed.
    await Promise.all(cluster.nodes.map((node) => node.call("CONFIG", "SET", "cluster-node-timeout", "60000")));
    await other.freeze();
    await primary.call("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", "100", "110", "NODE", await idOf(other, primary));
    const report = await check([primary], { profile: { discover: false } });
    const [finding] = found(report, "cluster-migration-running");
    await primary.call("CLUSTER", "CANCELSLOTMIGRATIONS");
    await other.thaw();
    expect(finding).toMatchObject({ priority: "medium", nodes: [primary.address] });
    expect(finding?.evidence[0]?.fact).toBe("export of 100-110");
    await untilQuiet(cluster.nodes);
  });

  /** From another node's view: the node itself may be frozen. */
  async function idOf(node: RedisServer, asked: RedisServer = node): Promise<string> {
    const lines = String(await asked.call("CLUSTER", "NODES")).split("\n");
    return lines.find((line) => line.includes(`:${node.port}@`))?.split(" ")[0] ?? "";
  }
});

describe("two nodes that do not know each other", () => {
  it("contest the slots that both claim, until one lets go", async () => {
    const [one, two] = (await startClusterNodes(2)) as [RedisServer, RedisServer];
    await one.call("CLUSTER", "ADDSLOTS", "0", "1", "2");
    await two.call("CLUSTER", "ADDSLOTS", "2", "3");
    const alone: LiveOptions = { profile: { discover: false } };
    const [finding] = found(await check([one, two], alone), "cluster-slots-multiply-owned");
    expect(finding).toMatchObject({ priority: "critical" });
    expect(finding?.evidence).toMatchObject([
      { fact: "claims 1 slots", value: "2" },
      { fact: "claims 1 slots", value: "2" },
    ]);

    await two.call("CLUSTER", "DELSLOTS", "2");
    expect(found(await check([one, two], alone), "cluster-slots-multiply-owned")).toEqual([]);
  });
});

const redisReleases = (await releases()).filter(({ product }) => product === "redis");

describe.each(redisReleases.length < 2 ? [] : ["two releases"])("%s in one cluster", () => {
  const [older, newer] = [redisReleases[0]?.name ?? "", redisReleases.at(-1)?.name ?? ""];
  const cases = [
    { replicaRelease: older, primaryRelease: newer, priority: "high", issue: "older release line than its primary" },
    { replicaRelease: newer, primaryRelease: older, priority: "medium", issue: "different versions" },
  ];
  it.each(cases)(
    "are reported for a $replicaRelease that follows a $primaryRelease as $priority",
    async ({ replicaRelease, primaryRelease, priority, issue }) => {
      const [[primary], [replica]] = (await Promise.all([
        startClusterNodes(1, { release: primaryRelease }),
        startClusterNodes(1, { release: replicaRelease }),
      ])) as [[RedisServer], [RedisServer]];
      await replica.call("CLUSTER", "MEET", primary.host, String(primary.port));
      const id = String(await primary.call("CLUSTER", "MYID"));
      // Refused until the replica has heard of its primary.
      await waitUntil(async () => (await replica.call("CLUSTER", "REPLICATE", id).catch(() => "")) === "OK", {
        what: "the replica follows",
        timeoutMs,
      });
      // Each is asked by itself: the primary may not have heard of its replica yet.
      const finding = await untilFound([primary, replica], "cluster-versions-mixed", { profile: { discover: false } });
      expect(finding).toMatchObject({ priority, issue: expect.stringContaining(issue) as string });
    },
  );
});

/** As `cachectl cluster check --sample 0`. */
async function check(nodes: readonly RedisServer[], options: LiveOptions = {}): Promise<Report> {
  const observation = await observeLive([...nodes], { kind: "cluster", sampleMs: 0, ...options });
  const analysis = runRules(observation, clusterRules);
  return analysisReport({ observation, analysis, startedAt: observation.observedAt, durationMs: 0 });
}

function found(report: Report, ruleId: string): Recommendation[] {
  return report.recommendations.filter((recommendation) => recommendation.ruleId === ruleId);
}

async function untilFound(
  nodes: readonly RedisServer[],
  ruleId: string,
  options?: LiveOptions,
): Promise<Recommendation> {
  let finding: Recommendation | undefined;
  await waitUntil(
    async () => {
      [finding] = found(await check(nodes, options), ruleId);
      return finding !== undefined;
    },
    { what: `${ruleId} is found`, timeoutMs },
  );
  if (finding === undefined) throw new Error(`${ruleId} was not found`);
  return finding;
}

/** No finding from medium on is left. */
async function untilQuiet(nodes: readonly RedisServer[]): Promise<void> {
  let left: string[] = [];
  await waitUntil(
    async () => {
      const { recommendations } = await check(nodes);
      left = recommendations
        .filter(({ priority }) => comparePriority(priority, "medium") >= 0)
        .map(({ ruleId, issue }) => `${ruleId}: ${issue}`);
      return left.length === 0;
    },
    { what: "the check finds nothing from medium on", timeoutMs },
  ).catch((error: unknown) => {
    throw new Error(`still found: ${left.join("; ")}`, { cause: error });
  });
}

function byPort(a: string, b: string): number {
  return Number(a.split(":")[1]) - Number(b.split(":")[1]);
}
