import { beforeAll, describe, expect, it } from "vitest";
import { allowStall, stall } from "../../support/client-load.js";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut } from "../../support/live.js";
import { releases, startRedis, usingServers, type RedisServer } from "../../support/servers/index.js";

usingServers();

describe.each(await releases())("$name", ({ name: release, version }) => {
  let server: RedisServer;
  beforeAll(async () => {
    // What a busy machine holds up for 10 ms must not stand among the stalls that these tests cause.
    server = await startRedis({ release, config: { ...allowStall(version), "slowlog-log-slower-than": "100000" } });
  });

  it("slow-commands: a command that holds up everybody, until it does less", async () => {
    const finding = await findingOf(server, "slow-commands", { during: () => stall(server, 130) });
    expect(finding.priority).toBe("medium");
    expect(measured(finding)["slow log entries"]).toBe(1);
    expect(measured(finding)["slowest DEBUG SLEEP"]).toBeGreaterThanOrEqual(130);
    await carryOut(finding);
    expect(await outcomeOf(server, "slow-commands", { during: () => stall(server, 1) })).toBe("healthy");
  });

  it("slow-commands: a slow log full of the past, until it is reset", async () => {
    await server.call("CONFIG", "SET", "slowlog-max-len", "3");
    for (let i = 0; i < 5; i++) await stall(server, 125);
    // From now on no command of our own takes the place of one of them.
    await server.call("CONFIG", "SET", "slowlog-log-slower-than", "10000000");
    const finding = await findingOf(server, "slow-commands", { sampleMs: 0 });
    expect(finding.priority).toBe("info");
    expect(measured(finding)["slow log entries"]).toBe(3);
    await carryOut(finding);
    await server.call("SLOWLOG", "RESET");
    expect(await outcomeOf(server, "slow-commands", { sampleMs: 0 })).toBe("healthy");
  });

  it("slowlog-off: no slow log at all, until it is enabled as advised", async () => {
    await server.call("CONFIG", "SET", "slowlog-log-slower-than", "-1");
    await server.call("CONFIG", "SET", "slowlog-max-len", "0");
    const finding = await findingOf(server, "slowlog-off");
    expect(finding.priority).toBe("info");
    expect(measured(finding)).toEqual({ "slowlog-log-slower-than": -1, "slowlog-max-len": 0 });
    await carryOut(finding);
    expect(await outcomeOf(server, "slowlog-off")).toBe("healthy");
  });

  it("latency-monitor-off: the default, until it is enabled as advised", async () => {
    await server.call("CONFIG", "SET", "latency-monitor-threshold", "0");
    const finding = await findingOf(server, "latency-monitor-off");
    expect(finding.priority).toBe("info");
    expect(measured(finding)).toEqual({ "latency-monitor-threshold": 0 });
    await carryOut(finding);
    expect(await outcomeOf(server, "latency-monitor-off")).toBe("healthy");
  });

  it("latency-spikes: a recorded stall, until its history is cleared as advised", async () => {
    await server.call("CONFIG", "SET", "latency-monitor-threshold", "100");
    await server.call("LATENCY", "RESET");
    await stall(server, 120);
    // What was recorded stays; what a busy machine does from now on is not.
    await server.call("CONFIG", "SET", "latency-monitor-threshold", "60000");
    const finding = await findingOf(server, "latency-spikes");
    const longestMs = Number(measured(finding)["command max"]);
    expect(longestMs).toBeGreaterThanOrEqual(120);
    expect(finding.priority).toBe(longestMs >= 1_000 ? "high" : "medium");
    await carryOut(finding);
    expect(await outcomeOf(server, "latency-spikes")).toBe("healthy");
  });

  it("dangerous-commands-in-use: KEYS by an application, until its user may not and the count starts anew", async () => {
    await server.call("ACL", "SETUSER", "app", "on", "nopass", "~*", "+@all");
    const app = server.open();
    await app.call("AUTH", "app", "any");
    const during = async () => {
      await Promise.allSettled([app.call("KEYS", "*"), app.call("FLUSHDB")]);
    };
    const finding = await findingOf(server, "dangerous-commands-in-use", { during });
    expect(finding.priority).toBe("medium");
    expect(measured(finding)).toMatchObject({ "cmdstat_keys calls": 1, "cmdstat_flushdb calls": 1 });
    await carryOut(finding);
    await server.call("ACL", "SETUSER", "app", "-@dangerous");
    // What happened since the server's start stays on record.
    expect((await findingOf(server, "dangerous-commands-in-use", { during })).priority).toBe("info");
    await server.call("CONFIG", "RESETSTAT");
    expect(await outcomeOf(server, "dangerous-commands-in-use", { during })).toBe("healthy");
    app.close();
  });

  it("aof-fsync-always: every write waits for the disk, until it is relaxed as advised", async () => {
    await server.call("CONFIG", "SET", "appendonly", "yes");
    await server.call("CONFIG", "SET", "appendfsync", "always");
    const finding = await findingOf(server, "aof-fsync-always");
    expect(finding.priority).toBe("info");
    expect(measured(finding)).toEqual({ appendfsync: "always" });
    await carryOut(finding);
    expect(await outcomeOf(server, "aof-fsync-always")).toBe("healthy");
  });
});
