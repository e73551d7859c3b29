import { expect, describe, it } from "vitest";
import { startCluster, startRedis, usingServers, waitUntil } from "../support/servers/index.js";
import { figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { ended, keyCount, underWay } from "../support/warm-under-way.js";

usingServers();

describe("the target, while it is warmed", () => {
  it("is restarted: the run waits and goes on, and all is there", async () => {
    const server = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
    const { manifest } = await warmFiles(users(10_000), userMap);
    const run = await underWay([manifest, "-p", `redis://${server.address}`], [server]);
    await server.kill();
    await server.start();
    const { code, report } = await ended(run);
    expect([code, report.status]).toEqual([0, "success"]);
    expect(figure(report, "items written")).toBe(10_000);
    expect(await keyCount(server)).toBe(10_000);
  });

  it("is restarted, and comes back with nothing: the run says so, and the next one begins anew", async () => {
    const server = await startRedis({ config: { save: "" } });
    const { manifest, checkpoint } = await warmFiles(users(30_000), userMap);
    const args = [manifest, "-p", `redis://${server.address}`, "--checkpoint", checkpoint];
    // So many that some are confirmed: what is not, is written again after the restart, and nothing would be lost.
    const run = await underWay(args, [server], { keys: 2_000 });
    await server.kill();
    await server.start();
    const { code, report } = await ended(run);
    expect([code, figure(report, "items written")]).toEqual([4, 30_000]);
    expect(report.summary).toContain("was restarted and keeps no append-only file");
    const lost = 30_000 - (await keyCount(server));
    expect(lost).toBeGreaterThan(0);
    expect(report.change?.goOn[0]).not.toContain("--resume");
    const next = await runWarm([...args, "--resume"]);
    expect([next.code, figure(next.report, "rows read"), await keyCount(server)]).toEqual([0, 30_000, 30_000]);
  });

  it("is gone for good: the run stops after its patience, and what it says is there is there", async () => {
    const server = await startRedis({ config: { appendonly: "yes", appendfsync: "always" } });
    const { manifest } = await warmFiles(users(30_000), userMap);
    const run = await underWay([manifest, "-p", `redis://${server.address}`, "--patience", "1s"], [server]);
    await server.kill();
    const { code, report } = await ended(run);
    expect(code).toBe(4);
    await server.start();
    await server.call("DEL", "cachectl:warm-lock:warm");
    const there = await keyCount(server);
    expect(there).toBeGreaterThanOrEqual(figure(report, "items written"));
    expect(there).toBeLessThanOrEqual(figure(report, "items written") + figure(report, "of unknown fate"));
  });

  it("runs out of memory: the run stops before, at the mark, or with the server's own word", async () => {
    const server = await startRedis({ config: { maxmemory: "8mb", "maxmemory-policy": "noeviction" } });
    const { manifest } = await warmFiles(users(60_000), userMap);
    const target = ["-p", `redis://${server.address}`];
    const mark = await runWarm([manifest, ...target]);
    expect(mark.code).toBe(4);
    expect(mark.report.summary).toContain("of its maxmemory");
    expect(await keyCount(server)).toBe(figure(mark.report, "items written"));
    await server.call("FLUSHALL");
    const full = await runWarm([manifest, ...target, "--max-memory", "100%", "--no-lock"]);
    expect(full.code).toBe(4);
    expect(await keyCount(server)).toBe(figure(full.report, "items written"));
    await server.call("FLUSHALL");
    await server.call("CONFIG", "SET", "maxmemory", "0");
    expect((await runWarm([manifest, ...target])).report.summary).toContain("wrote 60,000 of 60,000");
  });

  it("becomes a replica: the run stops, and says that it takes no writes", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles(users(30_000), userMap);
    const run = await underWay([manifest, "-p", `redis://${server.address}`, "--patience", "1s"], [server]);
    await server.call("CONFIG", "SET", "replica-serve-stale-data", "yes");
    await server.call("REPLICAOF", "127.0.0.1", "1");
    const { code, report } = await ended(run);
    expect(code).toBe(4);
    expect(report.summary).toContain("READONLY");
    await server.call("REPLICAOF", "NO", "ONE");
    await server.call("DEL", "cachectl:warm-lock:warm");
    expect(await keyCount(server)).toBe(figure(report, "items written"));
  });
});

describe("a cluster, while it is warmed", () => {
  it("moves slots and fails over: redirections are followed, and every key is there", async () => {
    const { nodes, primaries, replicas } = await startCluster();
    const [first, second] = primaries;
    const { manifest } = await warmFiles(users(15_000), userMap);
    const run = await underWay([manifest, "-p", `redis+cluster://${first?.address ?? ""}`], primaries);
    const ids = [await first?.call("CLUSTER", "MYID"), await second?.call("CLUSTER", "MYID")];
    // Slots that change hands while nothing of them is moved yet, and an open slot, which answers ASK for what it lacks.
    await first?.call("CLUSTER", "SETSLOT", "0", "MIGRATING", String(ids[1]));
    await second?.call("CLUSTER", "SETSLOT", "0", "IMPORTING", String(ids[0]));
    await replicas[2]?.call("CLUSTER", "FAILOVER");
    await waitUntil(async () => String(await replicas[2]?.call("ROLE")).startsWith("master"), {
      what: "the replica has taken over",
      timeoutMs: 20_000,
    });
    const { code, report } = await ended(run);
    expect([code, figure(report, "items written")]).toEqual([0, 15_000]);
    const roles = await Promise.all(nodes.map((node) => node.call("ROLE")));
    const owners = nodes.filter((_, i) => (roles[i] as unknown[])[0] === "master");
    expect(owners).toContain(replicas[2]);
    const keys = (await Promise.all(owners.map((node) => node.call("KEYS", "*")))).flat() as string[];
    expect(keys.filter((key) => !key.startsWith("user:"))).toEqual([]);
    expect(new Set(keys).size).toBe(15_000);
  });
});
