import { describe, expect, it } from "vitest";
import { startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { figure, runWarm, userMap, warmFiles } from "../support/warm-run.js";

usingServers();

const mebibyte = 1_048_576;

/** A server that would evict, with keys that must not have to go. */
async function nearlyFull(): Promise<RedisServer> {
  const server = await startRedis({ config: { "maxmemory-policy": "allkeys-lru" } });
  await server.call("EVAL", "for i = 1, 500 do redis.call('SET', 'mine:' .. i, string.rep('x', 1000)) end", "0");
  const used = await usedBytes(server);
  await server.call("CONFIG", "SET", "maxmemory", String(used + 4 * mebibyte));
  return server;
}

async function usedBytes(server: RedisServer): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(String(await server.call("INFO", "memory")))?.[1]);
}

async function expectUntouched(server: RedisServer): Promise<void> {
  expect(String(await server.call("INFO", "stats"))).toMatch(/^evicted_keys:0\r$/m);
  expect((await server.call("KEYS", "mine:*")) as string[]).toHaveLength(500);
}

describe("the room until the memory mark", () => {
  it("is not run over by one item that is larger", async () => {
    const server = await nearlyFull();
    const { manifest } = await warmFiles([{ id: 1, name: "x".repeat(4 * mebibyte) }], userMap);
    const { code, report } = await runWarm([manifest, "-p", `redis://${server.address}`, "--no-lock"]);
    expect(code).toBe(4);
    expect(report.summary).toContain("what comes next takes about 4");
    expect(figure(report, "items written")).toBe(0);
    await expectUntouched(server);
  });

  it("is not run over by a page whose rows are short and whose values are long", async () => {
    const server = await nearlyFull();
    const rows = Array.from({ length: 200 }, (_, id) => ({ id, name: "x".repeat(1_000) }));
    const { manifest } = await warmFiles(rows, [...userMap, "type: string", `value: "${"{name}".repeat(100)}"`]);
    const { code, report } = await runWarm([manifest, "-p", `redis://${server.address}`, "--no-lock"]);
    expect(code).toBe(4);
    expect(report.summary).toContain("of its maxmemory");
    // What there was room for is written, and counted.
    expect(figure(report, "items written")).toBeGreaterThan(10);
    expect(await server.call("DBSIZE")).toBe(500 + figure(report, "items written"));
    await expectUntouched(server);
  });
});
