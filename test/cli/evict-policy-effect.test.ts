import { describe, expect, it } from "vitest";
import { emptied, flood, infoNumber, setting, surviving } from "../support/eviction-load.js";
import { outcomeOf, runCli } from "../support/run-cli.js";
import { releases, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

/** Room for a few thousand of the keys that are written here, on top of what an empty server takes. */
async function smallServer(release: string, policy: string): Promise<RedisServer> {
  const server = await startRedis({ release, config: { "maxmemory-policy": policy }, configFile: true });
  const usedBytes = await infoNumber(server, "memory", "used_memory");
  await server.call("CONFIG", "SET", "maxmemory", String(usedBytes + 4_000_000));
  return server;
}

async function setPolicy(server: RedisServer, ...words: string[]): Promise<void> {
  const run = await runCli(["evict-policy", "set", ...words, "-p", server.address, "--yes", "--observe", "0"]);
  expect(run.code, outcomeOf(run)).toBe(0);
}

describe.each(await releases())("evict-policy set on $name, under load that overflows maxmemory", ({ name }) => {
  it("ends the OOM errors of noeviction by evicting, and keeps that over a restart", { timeout: 60_000 }, async () => {
    const server = await smallServer(name, "noeviction");
    expect(await flood(server, "before", 6_000)).toBeGreaterThan(500);
    expect(await infoNumber(server, "stats", "evicted_keys")).toBe(0);
    await setPolicy(server, "allkeys-lru");
    expect(await flood(server, "after", 6_000)).toBe(0);
    expect(await infoNumber(server, "stats", "evicted_keys")).toBeGreaterThan(2_000);
    await server.stop();
    await server.start();
    expect(await setting(server, "maxmemory-policy")).toBe("allkeys-lru");
  });

  it("spares keys without a TTL under volatile-lru, which allkeys-random did not", { timeout: 60_000 }, async () => {
    const server = await smallServer(name, "allkeys-random");
    await flood(server, "kept", 200);
    await flood(server, "cold", 15_000, "EX", "3600");
    expect(await surviving(server, "kept", 200)).toBeLessThan(100);
    await setPolicy(server, "volatile-lru");
    await emptied(server);
    expect(await flood(server, "kept", 200)).toBe(0);
    expect(await flood(server, "cold", 15_000, "EX", "3600")).toBe(0);
    expect(await surviving(server, "kept", 200)).toBe(200);
  });

  it("keeps what is read often under allkeys-lfu, which allkeys-random did not", { timeout: 60_000 }, async () => {
    const server = await smallServer(name, "allkeys-random");
    await useOften(server);
    await flood(server, "cold", 15_000);
    expect(await surviving(server, "hot", 50)).toBeLessThan(25);
    await setPolicy(server, "allkeys-lfu", "--samples", "10");
    await emptied(server);
    await useOften(server);
    await flood(server, "cold", 15_000);
    expect(await surviving(server, "hot", 50)).toBeGreaterThanOrEqual(48);
  });
});

/** Fifty keys that are read two hundred times each. */
async function useOften(server: RedisServer): Promise<void> {
  await flood(server, "hot", 50);
  for (let round = 0; round < 200; round++)
    await Promise.all(Array.from({ length: 50 }, (_, index) => server.call("GET", `hot:${index}`)));
}
