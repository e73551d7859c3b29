import { beforeAll, describe, expect, it } from "vitest";
import { findingOf, findingsOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut, type LiveOptions } from "../../support/live.js";
import {
  startCluster,
  startClusterNodes,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../../support/servers/index.js";

usingServers();

const timeoutMs = 20_000;
const cluster: LiveOptions = { kind: "cluster" };
// Nobody else is asked: a frozen node would only cost its timeout.
const alone: LiveOptions = { kind: "cluster", profile: { discover: false } };

describe("a cluster of two primaries with a replica each", () => {
  let nodes: RedisServer[];
  let primary: RedisServer;
  let other: RedisServer;
  let members: TestCluster;

  beforeAll(async () => {
    // With two primaries there is no majority against one of them, so a suspicion stays one.
    // Nor do the servers themselves move a spare replica to a bare primary.
    members = await startCluster({ primaries: 2, config: { "cluster-migration-barrier": "9" } });
    nodes = members.nodes;
    [primary, other] = members.primaries as [RedisServer, RedisServer];
  });

  it("reports a slot that only its owner has open as cluster-slots-open, until its own command closes it", async () => {
    await primary.call("CLUSTER", "SETSLOT", "7", "MIGRATING", await idOf(other));
    const finding = await findingOf(nodes, "cluster-slots-open", cluster);
    expect(finding).toMatchObject({ priority: "high", nodes: [primary.address] });
    expect(measured(finding)["slot 7"]).toBe(`[7->-${await idOf(other)}]`);

    await carryOut(finding);
    expect(await outcomeOf(nodes, "cluster-slots-open", cluster)).toBe("healthy");
  });

  it("reports a slot without an owner as cluster-not-ok and cluster-views-differ until it is given back", async () => {
    await primary.call("CLUSTER", "DELSLOTS", "7");
    await untilClusterInfo(primary, /cluster_state:fail/);
    const finding = await findingOf(primary, "cluster-not-ok", alone);
    expect(finding).toMatchObject({ priority: "critical", nodes: [primary.address] });
    expect(measured(finding)).toMatchObject({ cluster_state: "fail", cluster_slots_assigned: 16_383 });
    // The bus spreads what is claimed, not what is given up: the others go on naming the old owner.
    const dispute = await findingOf(nodes, "cluster-views-differ", cluster);
    expect(dispute).toMatchObject({ priority: "high", confidence: "medium" });
    expect(dispute.evidence).toContainEqual(expect.objectContaining({ fact: "disputed slots", value: "7" }));

    await primary.call("CLUSTER", "ADDSLOTS", "7");
    await untilHealthy(nodes);
    expect(await outcomeOf(primary, "cluster-not-ok", alone)).toBe("healthy");
    expect(await outcomeOf(nodes, "cluster-views-differ", cluster)).toBe("healthy");
  });

  it("reports a frozen primary as cluster-pfail until it goes on", async () => {
    await other.freeze();
    await untilClusterInfo(primary, /cluster_slots_pfail:8192/);
    const finding = await findingOf(primary, "cluster-pfail", alone);
    expect(finding).toMatchObject({ priority: "high", nodes: [primary.address] });
    expect(measured(finding)["cluster_slots_pfail"]).toBe(8_192);

    await other.thaw();
    await untilHealthy(nodes);
    expect(await outcomeOf(primary, "cluster-pfail", alone)).toBe("healthy");
  });

  it("reports a bare primary as cluster-primary-without-replica until its own command moves a spare one", async () => {
    const [, secondReplica] = members.replicas as [RedisServer, RedisServer];
    await secondReplica.call("CLUSTER", "REPLICATE", await idOf(primary));
    await untilEachSees(nodes, await idOf(secondReplica), `slave ${await idOf(primary)}`);
    const finding = await findingOf(nodes, "cluster-primary-without-replica", cluster);
    expect(finding).toMatchObject({ priority: "high", nodes: [other.address] });
    expect(measured(finding)["healthy replicas"]).toBe(0);

    const [command = ""] = finding.commands;
    await carryOut(finding);
    const moved = nodes.find(({ port }) => command.includes(`-p ${port} `));
    expect(moved).toBeDefined();
    if (moved !== undefined) await untilEachSees(nodes, await idOf(moved), `slave ${await idOf(other)}`);
    expect(await outcomeOf(nodes, "cluster-primary-without-replica", cluster)).toBe("healthy");
  });
});

describe("two halves that were never introduced", () => {
  it("share an epoch and dispute the slots until they meet", async () => {
    const halves = (await startClusterNodes(2)) as [RedisServer, RedisServer];
    await Promise.all(halves.map((node) => node.call("CLUSTER", "SET-CONFIG-EPOCH", "1")));
    await Promise.all(halves.map((node, index) => node.call("CLUSTER", "ADDSLOTS", ...half(index))));
    const finding = await findingOf(halves, "cluster-epoch-collision", alone);
    expect(finding).toMatchObject({ priority: "medium", confidence: "high" });
    expect(finding.nodes).toEqual(halves.map(({ address }) => address).sort());
    expect(measured(finding)["config-epoch"]).toBe(1);
    const disputes = await findingsOf(halves, "cluster-views-differ", alone);
    expect(disputes.map(({ priority }) => priority)).toEqual(["high", "medium"]);

    await halves[0].call("CLUSTER", "MEET", halves[1].host, String(halves[1].port));
    await untilHealthy(halves);
    await untilEpochsDiffer(halves);
    expect(await outcomeOf(halves, "cluster-epoch-collision", alone)).toBe("healthy");
    expect(await outcomeOf(halves, "cluster-views-differ", alone)).toBe("healthy");
  });
});

function half(index: number): string[] {
  return Array.from({ length: 8_192 }, (_, slot) => String(index * 8_192 + slot));
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.call("CLUSTER", "MYID"));
}

async function untilHealthy(nodes: readonly RedisServer[]): Promise<void> {
  for (const node of nodes) await untilClusterInfo(node, /cluster_state:ok[^]*cluster_slots_ok:16384/);
}

async function untilClusterInfo(node: RedisServer, pattern: RegExp): Promise<void> {
  const holds = async () => pattern.test(String(await node.call("CLUSTER", "INFO")));
  await waitUntil(holds, { what: `${node.address} shows ${pattern.source}`, timeoutMs });
}

/** Waits until all views show this role of a node: gossip needs about a second. */
async function untilEachSees(nodes: readonly RedisServer[], id: string, role: string): Promise<void> {
  const line = new RegExp(`^${id} \\S+ (?:myself,)?${role} `, "m");
  const sees = async (node: RedisServer) => line.test(String(await node.call("CLUSTER", "NODES")));
  await waitUntil(async () => (await Promise.all(nodes.map(sees))).every(Boolean), {
    what: `every node sees ${id} as ${role}`,
    timeoutMs,
  });
}

async function untilEpochsDiffer(nodes: readonly RedisServer[]): Promise<void> {
  const epochs = async () =>
    await Promise.all(
      nodes.map(async (node) => /cluster_my_epoch:(\d+)/.exec(String(await node.call("CLUSTER", "INFO")))?.[1]),
    );
  await waitUntil(async () => new Set(await epochs()).size === nodes.length, {
    what: "the collision is resolved",
    timeoutMs,
  });
}
