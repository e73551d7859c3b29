import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { emptyServer, writeKeys } from "../../support/client-load.js";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut } from "../../support/live.js";
import { releases, startRedis, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";

usingServers();

describe.each(await releases())("$name", ({ name: release }) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ release });
  });
  beforeEach(async () => {
    await emptyServer(server);
  });

  it("keys-without-ttl: keys of a cache that never expire, until they get a TTL", async () => {
    const identity = { role: "cache" } as const;
    await writeKeys(server, "key", 1_000, 10);
    const finding = await findingOf(server, "keys-without-ttl", { identity });
    expect(finding.priority).toBe("medium");
    expect(measured(finding)).toMatchObject({ "keys without a TTL": 100, db0: "keys=1000,expires=0" });
    // Nothing on the server decides how long a key should live: the application does.
    await server.call("EVAL", "for i = 1, 1000 do redis.call('EXPIRE', 'key' .. i, 1000) end", "0");
    expect(await outcomeOf(server, "keys-without-ttl", { identity })).toBe("healthy");
  });

  it("hit-rate-low: lookups that miss, until what they ask for is there", async () => {
    const during = () => lookUp(500);
    const finding = await findingOf(server, "hit-rate-low", { during });
    expect(finding.priority).toBe("high");
    expect(measured(finding)).toMatchObject({ "hit rate": 0, keyspace_misses: 500 });
    await carryOut(finding);
    await writeKeys(server, "key", 500, 10);
    expect(await outcomeOf(server, "hit-rate-low", { during })).toBe("healthy");
  });

  it("logical-databases-mixed: keys in two databases, until one is emptied", async () => {
    await writeKeys(server, "key", 3, 10);
    const other = server.open();
    await other.call("SELECT", "7");
    await other.call("SET", "key", "x");
    const finding = await findingOf(server, "logical-databases-mixed");
    expect(finding.priority).toBe("info");
    expect(measured(finding)).toMatchObject({ "databases with keys": 2, "db0 keys": 3, "db7 keys": 1 });
    await other.call("FLUSHDB");
    other.close();
    expect(await outcomeOf(server, "logical-databases-mixed")).toBe("healthy");
  });

  async function lookUp(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, index) => server.call("GET", `key${index + 1}`)));
  }
});

describe("expired-backlog", () => {
  it("sees keys that expire all at once, until the expire cycle has removed them with the advised effort", async () => {
    // Five hundred short rounds a second instead of ten long ones: what takes seconds otherwise takes a moment.
    const server = await startRedis({ config: { hz: "500" } });
    const during = async () => {
      // So many take the expire cycle several rounds, each stopped at its share of the CPU.
      const script = "for i = 1, ARGV[1] do redis.call('SET', 'key' .. i, i, 'PX', 1) end";
      await server.call("EVAL", script, "0", "30000");
      const capReached = async () =>
        /expired_time_cap_reached_count:[1-9]/.test(String(await server.call("INFO", "stats")));
      await waitUntil(capReached, { what: "the expire cycle runs out of time", timeoutMs: 10_000 });
    };
    const finding = await findingOf(server, "expired-backlog", { during });
    expect(finding.priority).toBe("medium");
    expect(measured(finding)["expired_time_cap_reached_count"]).toBeGreaterThan(0);
    await carryOut(finding);
    expect(await server.call("CONFIG", "GET", "active-expire-effort")).toEqual(["active-expire-effort", "4"]);
    await waitUntil(async () => (await outcomeOf(server, "expired-backlog")) === "healthy", {
      what: "the expired keys are removed",
      timeoutMs: 20_000,
    });
    expect(await server.call("DBSIZE")).toBe(0);
  });
});
