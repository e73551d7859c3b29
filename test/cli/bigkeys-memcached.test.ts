import { describe, expect, it } from "vitest";
import { rowsOf, runBigkeys, sumOf } from "../support/bigkeys-run.js";
import { fillMemcached } from "../support/fill-memcached.js";
import { runCli } from "../support/run-cli.js";
import { memcachedReleases, startMemcached, usingServers, type MemcachedServer } from "../support/servers/index.js";

usingServers();

const all = await memcachedReleases();

describe.each(all)("$name", ({ name: release }) => {
  it("has its groups, sizes, TTLs, never read items and classes reported as they are", async () => {
    const server = await startMemcached({ release });
    await fillMemcached(server.port, 2_000, (i) => `user:${i}:profile`, 100);
    await fillMemcached(server.port, 1_000, (i) => `page_${i}_html`, 3_000);
    await storeSessions(server, 500);
    for (let i = 0; i < 250; i++) await server.send(`get session:${i}`);
    const { code, report } = await runBigkeys([`memcached://${server.address}`, "--groups", "100"]);
    expect({ code, status: report.status }).toEqual({ code: 0, status: "success" });

    const stats = statsOf(await server.send("stats"));
    expect(sumOf(report, "scan", "seenKeys")).toBe(Number(stats["curr_items"]));
    expect(sumOf(report, "groups", "bytes")).toBe(Number(stats["bytes"]));
    expect(sumOf(report, "skew-nodes", "bytes")).toBe(Number(stats["bytes"]));

    const groups = rowsOf(report, "groups").map(({ pattern, keys, withoutTtlPercent, neverFetchedPercent }) => {
      return { pattern, keys, withoutTtlPercent, neverFetchedPercent };
    });
    expect(groups).toEqual([
      { pattern: "page_*_html", keys: 1_000, withoutTtlPercent: 100, neverFetchedPercent: 100 },
      { pattern: "user:*:profile", keys: 2_000, withoutTtlPercent: 100, neverFetchedPercent: 100 },
      { pattern: "session:*", keys: 500, withoutTtlPercent: 0, neverFetchedPercent: 50 },
    ]);
    const ttls = rowsOf(report, "ttl").filter(({ keys }) => keys !== 0);
    expect(ttls.map(({ left, keys }) => [left, keys])).toEqual([
      ["no TTL", 3_000],
      ["1 h to 6 h", 500],
    ]);

    const slabs = statsOf(await server.send("stats slabs"));
    const classes = rowsOf(report, "item-classes");
    for (const { slabClass, items, chunkBytes } of classes) {
      const id = String(slabClass);
      expect({ id, items, chunkBytes }).toEqual({
        id,
        items: Number(slabs[`${id}:used_chunks`]),
        chunkBytes: Number(slabs[`${id}:chunk_size`]),
      });
    }
    expect(sumOf(report, "item-classes", "items")).toBe(3_500);
    for (const { verdict } of classes) expect(String(verdict)).not.toBe("");
  });
});

describe("two servers", () => {
  it("are one keyspace in the totals, and apart where they differ", async () => {
    const [one, other] = await Promise.all([startMemcached(), startMemcached()]);
    await fillMemcached(one.port, 1_200, (i) => `user:${i}`);
    await fillMemcached(other.port, 300, (i) => `user:${5_000 + i}`);
    const { code, report } = await runBigkeys([`memcached://${one.address},${other.address}`]);
    expect(code).toBe(0);
    expect(rowsOf(report, "groups")).toMatchObject([{ pattern: "user:*", keys: 1_500 }]);
    const nodes = rowsOf(report, "skew-nodes").map(({ node, keys }) => [node, keys] as const);
    expect(new Map(nodes)).toEqual(
      new Map([
        [one.address, 1_200],
        [other.address, 300],
      ]),
    );
  });

  it("of which one is dead are reported in part, with exit code 3", async () => {
    const [alive, dead] = await Promise.all([startMemcached(), startMemcached()]);
    await fillMemcached(alive.port, 400, (i) => `user:${i}`);
    await dead.kill();
    const { code, report } = await runBigkeys([`memcached://${alive.address},${dead.address}`]);
    expect({ code, status: report.status }).toEqual({ code: 3, status: "partial" });
    expect(report.coverage.unseenKeys?.map(({ gap }) => gap).join(" ")).toContain(dead.address);
    expect(sumOf(report, "groups", "keys")).toBe(400);
  });
});

describe("what a dump cannot do", () => {
  it.each([
    ["--resume", ["--resume", "/tmp/any.json"]],
    ["--rate", ["--rate", "1000"]],
    ["--type", ["--type", "hash"]],
    ["--hot", ["--hot"]],
  ])("is refused before any server is asked: %s", async (option, args) => {
    // Nobody listens there: were it asked, this would end with 3.
    const run = await runCli(["bigkeys", "memcached://127.0.0.1:1", ...args]);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: "" });
    expect(run.stderr).toContain(`${option} does not go with memcached://127.0.0.1:1`);
    expect(run.stderr).toContain(`Leave ${option} out`);
  });
});

async function storeSessions(server: MemcachedServer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await server.send(`set session:${i} 0 7200 5\r\nhello`);
}

function statsOf(answer: string): Record<string, string> {
  return Object.fromEntries(
    [...answer.matchAll(/^STAT (\S+) (\S+)/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}
