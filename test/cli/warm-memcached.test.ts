import { createRequire } from "node:module";
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../support/bigkeys-run.js";
import { runCli } from "../support/run-cli.js";
import { startMemcached, usingServers, type MemcachedServer } from "../support/servers/index.js";
import { figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { itemCount, oldestAndNewest, poolUrl, startPool, stat, valueOf } from "../support/warmed-memcached.js";

usingServers();

interface Client {
  get(key: string): Promise<{ value: Buffer | null }>;
  close(): void;
}
const memjs = createRequire(import.meta.url)("memjs") as {
  Client: { create(servers: string, options: { timeout: number }): Client };
};

describe.each(oldestAndNewest)("warm into $name ($version)", ({ name: release }) => {
  it("puts each item of a pool where memjs asks for it, and says how many each server got", async () => {
    const servers = await startPool(3, release);
    const rows = [...users(600), { id: "größe", name: "not ASCII" }];
    const { manifest } = await warmFiles(rows, userMap);
    const run = await runWarm([manifest, "-p", poolUrl(servers), "--hashing", "memjs"]);
    expect(run.code).toBe(0);
    expect(figure(run.report, "as written")).toBe(figure(run.report, "read back"));
    const told = rowsOf(run.report, "servers").map(({ server, written }) => [server, written]);
    const counts = await Promise.all(servers.map((server) => itemCount(server)));
    expect(told).toEqual(servers.map(({ address }, i) => [address, counts[i]]));
    expect(Math.min(...counts)).toBeGreaterThan(0);
    const misses = await Promise.all(servers.map((server) => stat(server, "get_misses")));
    const client = memjs.Client.create(servers.map(({ address }) => address).join(","), { timeout: 10 });
    for (const row of rows) {
      const { value } = await client.get(`user:${row.id}`);
      expect(JSON.parse(String(value))).toEqual(row);
    }
    client.close();
    expect(await Promise.all(servers.map((server) => stat(server, "get_misses")))).toEqual(misses);
  });

  it("keeps the last of many rows with the same key, over all pages", async () => {
    const server = await start(release);
    const keyCount = 40;
    const rows = Array.from({ length: 60_000 }, (_, n) => ({ id: n % keyCount, n, pad: "x".repeat(n % 100) }));
    const { manifest } = await warmFiles(rows, userMap);
    const run = await runWarm([manifest, "-p", poolUrl([server])]);
    expect(figure(run.report, "items written")).toBe(60_000);
    for (let id = 0; id < keyCount; id++)
      expect(JSON.parse(String(await valueOf(server, `user:${id}`)))).toMatchObject({ n: 60_000 - keyCount + id });
  });

  it("leaves alone what is there with --only-missing, and what has time left with --refresh-below", async () => {
    const server = await start(release);
    await server.send("set user:1 0 500 4\r\nmine");
    await server.send("set user:2 0 0 8\r\nfor ever");
    await server.send("set user:3 0 5000 5\r\nstale");
    await server.send("md user:3 I T4000");
    const { manifest } = await warmFiles(users(10), userMap);
    const target = ["-p", poolUrl([server])];
    const missing = await runWarm([manifest, ...target, "--only-missing"]);
    expect([figure(missing.report, "items written"), figure(missing.report, "there already")]).toEqual([7, 3]);
    expect(await valueOf(server, "user:1")).toBe("mine");
    const refresh = await runWarm([manifest, ...target, "--refresh-below", "30m"]);
    // The one with too little time left, and the one that `invalidate --stale` has marked.
    expect([figure(refresh.report, "items written"), figure(refresh.report, "there already")]).toEqual([2, 8]);
    expect(await valueOf(server, "user:1")).toContain("user 1");
    expect(await valueOf(server, "user:2")).toBe("for ever");
    expect(await valueOf(server, "user:3")).toContain("user 3");
    expect(await server.send("mg user:3 t")).toMatch(/^(?:HD|OK) t3[56]\d\d$/);
    await server.send("delete user:4");
    const again = await runWarm([manifest, ...target, "--refresh-below", "30m"]);
    expect(figure(again.report, "items written")).toBe(1);
  });

  it("keeps a TTL of more than 30 days, which the protocol takes for a date", async () => {
    const server = await start(release);
    const { manifest } = await warmFiles(
      [
        { id: 1, days: 30 },
        { id: 2, days: 45 },
      ].map(inSeconds),
      ['key: "user:{id}"', "ttl: { field: seconds, as: for, unit: s }"],
    );
    expect((await runWarm([manifest, "-p", poolUrl([server])])).code).toBe(0);
    for (const [id, days] of [
      [1, 30],
      [2, 45],
    ] as const) {
      const left = Number(/ t(-?\d+)/.exec(await server.send(`mg user:${id} t`))?.[1]);
      expect(left).toBeGreaterThan(days * 86_400 - 300);
      expect(left).toBeLessThanOrEqual(days * 86_400 + 2);
    }
  });

  it("does not send an item that is too large, so that what was there stays", async () => {
    const server = await start(release);
    await server.send("set user:2 0 0 3\r\nold");
    // What 1 MB leaves for the value: 56 bytes of header, the key with its NUL, and a line end.
    const most = 1_048_576 - 56 - "user:1".length - 1 - 2;
    const rows = [most, most + 1, 3_000_000, 5].map((size, i) => ({ id: i + 1, name: "a".repeat(size) }));
    const { manifest, path } = await warmFiles(rows, ['key: "user:{id}"', "type: string", 'value: "{name}"']);
    const run = await runWarm([manifest, "-p", poolUrl([server]), "--rejects", path("bad")]);
    expect([run.code, figure(run.report, "items written"), figure(run.report, "items refused")]).toEqual([4, 2, 2]);
    expect((await valueOf(server, "user:1"))?.length).toBe(most);
    expect(await valueOf(server, "user:2")).toBe("old");
    expect(await valueOf(server, "user:3")).toBeNull();
    expect(await valueOf(server, "user:4")).toBe("aaaaa");
    const rejected = await readFile(path("bad"), "utf8");
    expect(rejected).toContain("an item of 1048577 bytes, and the server takes 1048576 (item_size_max, -I)");
  });

  it("stops at the memory mark, before anything is evicted", async () => {
    const server = await start(release, ["-m", "8"]);
    const { manifest } = await warmFiles(users(80_000), userMap);
    const run = await runWarm([manifest, "-p", poolUrl([server])]);
    expect(run.code).toBe(4);
    expect(run.report.summary).toContain("of its limit_maxbytes");
    expect(await stat(server, "evictions")).toBe(0);
    expect(await itemCount(server)).toBe(figure(run.report, "items written"));
  });

  it("ends with the server's own word where that takes no more (-M)", async () => {
    const server = await start(release, ["-m", "8", "-M"]);
    const { manifest } = await warmFiles(users(80_000), userMap);
    const run = await runWarm([manifest, "-p", poolUrl([server]), "--max-memory", "100%", "--no-lock"]);
    expect(run.code).toBe(4);
    expect(run.report.summary).toMatch(/SERVER_ERROR out of memory|of its limit_maxbytes/);
    expect(await itemCount(server)).toBe(figure(run.report, "items written"));
  });
});

describe("warm into the newest Memcached", () => {
  it("refreshes where items have no versions (-C)", async () => {
    const server = await startMemcached({ args: ["-C"] });
    await server.send("set user:1 0 500 4\r\nmine");
    const { manifest } = await warmFiles(users(3), userMap);
    const run = await runWarm([manifest, "-p", poolUrl([server]), "--refresh-below", "30m", "--no-lock"]);
    expect(figure(run.report, "items written")).toBe(3);
    expect(await valueOf(server, "user:1")).toContain("user 1");
  });

  it("rejects keys that the text protocol cannot carry", async () => {
    const server = await startMemcached();
    const ids = ["fine", "with space", "x".repeat(246), "x".repeat(245)];
    const { manifest } = await warmFiles(
      ids.map((id) => ({ id })),
      userMap,
    );
    const run = await runWarm([manifest, "-p", poolUrl([server])]);
    expect([figure(run.report, "items written"), figure(run.report, "rows rejected")]).toEqual([2, 2]);
    const reasons = rowsOf(run.report, "rejected").map(({ reason }) => String(reason));
    expect(reasons.join("\n")).toContain("250 bytes");
    expect(reasons.join("\n")).toContain("a space or a control character");
    expect(await itemCount(server)).toBe(2);
  });

  it("stops where it evicts all the same", { timeout: 90_000 }, async () => {
    const server = await startMemcached({ args: ["-m", "8"] });
    const { manifest } = await warmFiles(users(400_000), userMap);
    const run = await runWarm([manifest, "-p", poolUrl([server]), "--max-memory", "100%", "--no-lock"]);
    expect(run.code).toBe(4);
    expect(run.report.summary).toMatch(/keeps evicting|of its limit_maxbytes/);
    expect(figure(run.report, "items written")).toBeLessThan(400_000);
    expect(await itemCount(server)).toBe(figure(run.report, "items written") - (await stat(server, "evictions")));
  });
});

describe("what is asked of a Memcached target before anything is written", () => {
  it("is how the application chooses a server, where there are several", async () => {
    const servers = await startPool(2);
    const { manifest } = await warmFiles(users(10), userMap);
    for (const more of [[], ["--dry-run"]]) {
      const run = await runCli(["warm", manifest, "-p", poolUrl(servers), ...more]);
      expect(run.code).toBe(2);
      expect(run.stderr).toContain("has 2 servers, and how the application chooses one for a key is not known");
      expect(run.stderr).toContain("--hashing");
    }
    expect(await itemCount(...servers)).toBe(0);
  });

  it("is refused where it is Redis's: types and tags", async () => {
    const [server] = (await startPool(1)) as [MemcachedServer];
    for (const [line, sentence] of [
      ["type: hash", "`map.type: hash` is a type of Redis"],
      ['tags: ["t"]', "`map.tags` needs sets of keys"],
    ] as const) {
      const { manifest } = await warmFiles(users(1), [...userMap, line]);
      const run = await runCli(["warm", manifest, "-p", poolUrl([server])]);
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(sentence) as string]);
    }
  });

  it("is refused where the login needs the binary protocol", async () => {
    const { manifest, path } = await warmFiles(users(1), userMap);
    const profile = { kind: "memcached", servers: ["127.0.0.1:1"], username: "u", password: { env: "PASSWORD" } };
    await writeFile(path("sasl.yaml"), JSON.stringify(profile));
    const run = await runCli(["warm", manifest, "--profiles-dir", path(""), "-p", "sasl"], { env: { PASSWORD: "x" } });
    expect([run.code, run.stderr]).toEqual([
      2,
      expect.stringContaining("a SASL login speaks the binary protocol") as string,
    ]);
  });

  it("shows with --dry-run which server each item goes to, and writes nothing", async () => {
    const servers = await startPool(3);
    const { manifest } = await warmFiles(users(20), userMap);
    const args = [manifest, "-p", poolUrl(servers), "--hashing", "ketama"];
    const planned = await runWarm([...args, "--dry-run"]);
    expect(planned.code).toBe(0);
    expect(await itemCount(...servers)).toBe(0);
    expect((await runWarm(args)).code).toBe(0);
    const items = rowsOf(planned.report, "items");
    expect(items).toHaveLength(10);
    for (const { key, server } of items) {
      const holder = servers.find(({ address }) => address === server);
      expect(await valueOf(holder as MemcachedServer, String(key))).not.toBeNull();
    }
    expect(await itemCount(...servers)).toBe(20);
  });

  it("comes from the profile, with weights; a server of weight 1 beside one of 1000 gets next to nothing", async () => {
    const servers = await startPool(2);
    const { manifest, path } = await warmFiles(users(2_000), userMap);
    const profile = {
      ...{ kind: "memcached", servers: servers.map(({ address }) => address), hashing: "ketama" },
      weights: { [servers[0]?.address ?? ""]: 1_000 },
    };
    await writeFile(path("pool.yaml"), JSON.stringify(profile));
    const run = await runWarm([manifest, "--profiles-dir", path(""), "-p", "pool"]);
    expect(run.code).toBe(0);
    const counts = await Promise.all(servers.map((server) => itemCount(server)));
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(2_000);
    expect(counts[0]).toBeGreaterThan(1_900);
  });
});

function start(release: string, args: string[] = []): Promise<MemcachedServer> {
  return startMemcached({ release, args });
}

function inSeconds({ id, days }: { id: number; days: number }): object {
  return { id, seconds: days * 86_400 };
}
