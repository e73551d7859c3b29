import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut } from "../../support/live.js";
import { startRedis, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";

usingServers();

const timeoutMs = 20_000;
// The node judged is the only one asked: a frozen or dead neighbour would cost its timeout, and a healthy one hide it.
const alone = { profile: { discover: false } };

describe("a primary and its replica", () => {
  let primary: RedisServer;
  let replica: RedisServer;

  beforeAll(async () => {
    const config = { "repl-diskless-sync-delay": "0", "repl-backlog-size": "1mb", "repl-ping-replica-period": "1" };
    primary = await startRedis({ config });
    replica = await startRedis({ config: { ...config, replicaof: `${primary.host} ${primary.port}` } });
  });
  beforeEach(() => untilLinked(primary, replica));

  it("reports a killed replica as node-unreachable until it runs again", async () => {
    const servers = [primary, replica];
    await replica.kill();
    const finding = await findingOf(servers, "node-unreachable");
    expect(finding).toMatchObject({ priority: "critical", nodes: [replica.address] });
    expect(measured(finding)["connection"]).toBe("refused");

    await replica.start();
    expect(await outcomeOf(servers, "node-unreachable")).toBe("healthy");
  });

  it("reports a lost primary as replica-link-down until it runs again", async () => {
    await primary.kill();
    await untilInfo(replica, /master_link_status:down/);
    const finding = await findingOf(replica, "replica-link-down", alone);
    expect(finding).toMatchObject({ priority: "critical", nodes: [replica.address] });
    expect(measured(finding)["master_link_status"]).toBe("down");

    await primary.start();
    await untilLinked(primary, replica);
    expect(await outcomeOf(replica, "replica-link-down", alone)).toBe("healthy");
  });

  it("reports a frozen primary as replica-silent until it goes on", async () => {
    const options = { ...alone, identity: { thresholds: { "replica-silent": { seconds: 2 } } } };
    await primary.freeze();
    await untilInfo(replica, /master_last_io_seconds_ago:[3-9]/);
    const finding = await findingOf(replica, "replica-silent", options);
    expect(finding).toMatchObject({ priority: "medium", nodes: [replica.address] });
    expect(measured(finding)["master_last_io_seconds_ago"]).toBeGreaterThanOrEqual(3);

    await primary.thaw();
    await untilInfo(replica, /master_last_io_seconds_ago:0/);
    expect(await outcomeOf(replica, "replica-silent", options)).toBe("healthy");
  });

  it("reports a frozen replica as replica-lagging until it has caught up", async () => {
    await replica.freeze();
    // Nine times 8 MiB are more than the 64 MiB that a replica may be behind.
    const value = "x".repeat(8 * 2 ** 20);
    for (let i = 0; i < 9; i++) await primary.call("SET", "big", value);
    const finding = await findingOf(primary, "replica-lagging", alone);
    expect(finding).toMatchObject({ priority: "medium", nodes: [primary.address] });
    expect(measured(finding)[`offset difference of ${replica.address}`]).toBeGreaterThan(64 * 2 ** 20);

    await replica.thaw();
    await primary.call("DEL", "big");
    await untilCaughtUp(primary, replica);
    expect(await outcomeOf(primary, "replica-lagging", alone)).toBe("healthy");
  });

  it("reports full-resyncs after an outage longer than the backlog, and none once the backlog is larger", async () => {
    // More than the backlog of 1 MiB, less than the doubled one.
    const outage = () => interruptReplica(primary, replica, 1.5 * 2 ** 20);
    const finding = await findingOf(primary, "full-resyncs", { ...alone, during: outage });
    expect(finding).toMatchObject({ priority: "medium", nodes: [primary.address] });
    expect(measured(finding)["sync_partial_err"]).toBe(1);

    await carryOut(finding);
    expect(await outcomeOf(primary, "full-resyncs", { ...alone, during: outage })).toBe("healthy");
  });

  it("reports a writable replica until its own command makes it read-only", async () => {
    await replica.call("CONFIG", "SET", "replica-read-only", "no");
    await replica.call("SET", "only-here", "1");
    const finding = await findingOf(replica, "replica-writable", alone);
    expect(finding).toMatchObject({ priority: "high", nodes: [replica.address] });
    expect(measured(finding)["slave_read_only"]).toBe(0);

    await carryOut(finding);
    await expect(replica.call("SET", "only-here", "2")).rejects.toThrow("READONLY");
    expect(await outcomeOf(replica, "replica-writable", alone)).toBe("healthy");
  });

  it("reports replicas-unpromotable until its own command gives them a priority", async () => {
    await replica.call("CONFIG", "SET", "replica-priority", "0");
    const finding = await findingOf(primary, "replicas-unpromotable");
    expect(finding).toMatchObject({ priority: "high", nodes: [replica.address] });
    expect(measured(finding)["slave_priority"]).toBe(0);

    await carryOut(finding);
    expect(await outcomeOf(primary, "replicas-unpromotable")).toBe("healthy");
  });

  it("reports master-without-persistence until its own command sets save points", async () => {
    const finding = await findingOf(primary, "master-without-persistence", alone);
    expect(finding).toMatchObject({ priority: "high", nodes: [primary.address] });
    expect(measured(finding)["connected_slaves"]).toBe(1);

    await carryOut(finding);
    expect(await outcomeOf(primary, "master-without-persistence", alone)).toBe("healthy");
  });

  it("reports min-replicas-unmet while writes are refused, until its own command lets them through", async () => {
    await primary.call("CONFIG", "SET", "min-replicas-to-write", "1");
    await replica.kill();
    await untilInfo(primary, /min_slaves_good_slaves:0/);
    await expect(primary.call("SET", "k", "1")).rejects.toThrow("NOREPLICAS");
    const finding = await findingOf(primary, "min-replicas-unmet", alone);
    expect(finding).toMatchObject({ priority: "critical", nodes: [primary.address] });
    expect(measured(finding)["min_slaves_good_slaves"]).toBe(0);

    await carryOut(finding);
    expect(await primary.call("SET", "k", "1")).toBe("OK");
    // Nothing is required any more.
    expect(await outcomeOf(primary, "min-replicas-unmet", alone)).toBe("not-applicable");

    await replica.start();
    await untilLinked(primary, replica);
    await primary.call("CONFIG", "SET", "min-replicas-to-write", "1");
    expect(await outcomeOf(primary, "min-replicas-unmet", alone)).toBe("healthy");
  });
});

describe("a primary alone", () => {
  it("reports no-replica once there is data, until another server replicates it", async () => {
    const config = { "repl-diskless-sync-delay": "0" };
    const [primary, other] = await Promise.all([startRedis({ config }), startRedis({ config })]);
    await primary.call("SET", "k", "1");
    const finding = await findingOf(primary, "no-replica", alone);
    expect(finding).toMatchObject({ priority: "info", nodes: [primary.address] });
    expect(measured(finding)["keys"]).toBe(1);

    await other.call("REPLICAOF", primary.host, String(primary.port));
    await untilLinked(primary, other);
    expect(await outcomeOf(primary, "no-replica", alone)).toBe("healthy");
  });
});

/** Cuts the replica off, writes so many bytes meanwhile, and waits until it is back. */
async function interruptReplica(primary: RedisServer, replica: RedisServer, bytes: number): Promise<void> {
  await replica.freeze();
  await primary.call("CLIENT", "KILL", "TYPE", "replica");
  const value = "x".repeat(10_000);
  for (let written = 0; written < bytes; written += value.length) await primary.call("SET", "outage", value);
  await replica.thaw();
  await untilLinked(primary, replica);
  await untilCaughtUp(primary, replica);
}

async function untilLinked(primary: RedisServer, replica: RedisServer): Promise<void> {
  await untilInfo(replica, /master_link_status:up/);
  await untilInfo(primary, /slave0:.*state=online/);
}

async function untilCaughtUp(primary: RedisServer, replica: RedisServer): Promise<void> {
  await waitUntil(
    async () => {
      const info = String(await primary.call("INFO", "replication"));
      return /,offset=(\d+)/.exec(info)?.[1] === /master_repl_offset:(\d+)/.exec(info)?.[1];
    },
    { what: `${replica.address} has caught up with ${primary.address}`, timeoutMs },
  );
}

async function untilInfo(server: RedisServer, pattern: RegExp): Promise<void> {
  const holds = async () => pattern.test(String(await server.call("INFO", "replication")));
  await waitUntil(holds, { what: `${server.address} shows ${pattern.source}`, timeoutMs });
}
