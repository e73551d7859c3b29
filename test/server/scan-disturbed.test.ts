import { describe, expect, it } from "vitest";
import { scanLive, type LiveScan } from "../support/scan-live.js";
import { releases, startRedis, usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";

usingServers();

const all = await releases();
const newest = all.at(-1)?.name ?? "";

/** Slow enough that the scan of {@link keyCount} keys lasts for some pages: a tenth of this a page. */
const ratePerSecond = 3_000;
const keyCount = 3_000;

const namesOf = ({ keys }: LiveScan) => keys.map(({ name }) => name).sort();
const everyName = Array.from({ length: keyCount }, (_, i) => `key:${i}`).sort();

async function seeded(release: string, config: Record<string, string> = {}): Promise<RedisServer> {
  const server = await startRedis({ release, config });
  await fill(server, keyCount);
  return server;
}

async function fill(server: RedisServer, count: number): Promise<void> {
  const script = `
    for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
      if i % 2 == 0 then redis.call('SET', 'key:' .. i, i) else redis.call('RPUSH', 'key:' .. i, 'a', 'b') end
    end`;
  for (let from = 0; from < count; from += 50_000)
    await server.call("EVAL", script, "0", String(from), String(Math.min(count, from + 50_000) - 1));
}

describe.concurrent.each(all)("$name", ({ name: release }) => {
  it("goes on over a new connection when its own are killed, and hands no key on twice", async ({ expect }) => {
    const server = await seeded(release);
    const scan = await scanLive(server, {
      ratePerSecond,
      during: async () => {
        await server.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      },
    });
    expect(namesOf(scan)).toEqual(everyName);
    expect(scan.scan).toMatchObject({ gap: null, seenKeys: keyCount, measuredKeys: keyCount });
  });

  it("drops keys that are deleted or change their type while it looks, and counts them", async ({ expect }) => {
    const server = await seeded(release);
    const churn = `
      for i = 0, 2999 do
        if i % 3 == 0 then redis.call('DEL', 'key:' .. i)
        elseif i % 3 == 1 then redis.call('DEL', 'key:' .. i); redis.call('SADD', 'key:' .. i, 'x', 'y', 'z') end
      end`;
    const scan = await scanLive(server, {
      ratePerSecond,
      touch: true,
      during: async () => {
        await server.call("EVAL", churn, "0");
      },
    });
    expect(scan.scan.gap).toBeNull();
    expect(scan.scan.measuredKeys + scan.scan.vanishedKeys).toBe(scan.scan.seenKeys);
    expect(new Set(namesOf(scan)).size).toBe(scan.keys.length);
    // Those that nobody disturbed are all there, and each key is as it was before or as it was after.
    expect(namesOf(scan)).toEqual(expect.arrayContaining(everyName.filter((name) => Number(name.slice(4)) % 3 === 2)));
    const seen = new Set(scan.keys.map(({ type, elements }) => `${type ?? ""} ${elements ?? "-"}`));
    expect([...seen].sort()).toEqual(["list 2", "set 3", "string -"]);
  });

  it("says how far it came when the node dies", async ({ expect }) => {
    const server = await seeded(release);
    const { scan, keys } = await scanLive(server, { ratePerSecond, during: () => server.kill(), clockSpeed: 10 });
    expect(scan.gap).toMatch(new RegExp(`^${server.address} went away after \\d+ % of its keys: .*refused`));
    expect(scan.seenKeys).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.length).toBeLessThan(keyCount);
    expect(scan.longestCommand).toBeNull();
    expect(scan.longestCommandUnknown).not.toBeNull();
  });

  it("does not go on in another process with the cursor of the first", async ({ expect }) => {
    const server = await seeded(release);
    const restart = async () => {
      await server.kill();
      await server.start();
    };
    const first = await scanLive(server, { ratePerSecond, during: restart });
    expect(first.scan.gap).toMatch(new RegExp(`^${server.address} was restarted after \\d+ % of its keys`));
    const second = await scanLive(server, { goOnFrom: first.position });
    expect(second.keys).toEqual([]);
    expect(second.scan.gap).toContain("is another process by now");
  });

  it("says that keys are missing when the node becomes a replica meanwhile", async ({ expect }) => {
    const [server, successor] = await Promise.all([seeded(release), startRedis({ release })]);
    const demote = async () => {
      await server.call("REPLICAOF", successor.host, String(successor.port));
    };
    const { scan } = await scanLive(server, { ratePerSecond, during: demote });
    expect(scan.gap).toContain(`${server.address} became a replica during the scan`);
  });

  it("stops between pages and goes on from there another time, with the same keys in all", async ({ expect }) => {
    const server = await seeded(release);
    await server.call("SELECT", "5");
    await server.call("SET", "elsewhere", "1");
    const first = await scanLive(server, { stopAfterPages: 2 });
    expect(first.scan.gap).toMatch(new RegExp(`^${server.address} was interrupted after \\d+ % of its keys$`));
    expect(first.keys.length).toBeGreaterThan(0);
    const kept = JSON.parse(JSON.stringify(first.position)) as typeof first.position;
    const second = await scanLive(server, { goOnFrom: kept });
    expect(second.scan).toMatchObject({ gap: null, seenKeys: keyCount + 1, expectedKeys: keyCount + 1 });
    expect([...namesOf(first), ...namesOf(second)].sort()).toEqual([...everyName, "elsewhere"].sort());
    const third = await scanLive(server, { goOnFrom: second.position });
    expect(third.keys).toEqual([]);
    expect(third.position).toEqual(second.position);
  });

  it("ends soon after the limit, with whole pages, and can go on after it", async ({ expect }) => {
    const server = await seeded(release);
    const first = await scanLive(server, { limitKeys: 500 });
    // A page may hold a few keys more than were asked for: a bucket is given whole.
    expect(first.keys.length).toBeGreaterThanOrEqual(500);
    expect(first.keys.length).toBeLessThan(600);
    expect(first.scan.gap).toContain("--limit 500 was reached");
    const second = await scanLive(server, { goOnFrom: first.position });
    expect([...namesOf(first), ...namesOf(second)].sort()).toEqual(everyName);
  });

  it("measures the share of the keys that chance picks", async ({ expect }) => {
    const server = await seeded(release);
    const { scan, keys } = await scanLive(server, { sampleRatio: 0.25, random: everyFourth() });
    expect(keys).toHaveLength(keyCount / 4);
    expect(scan).toMatchObject({ seenKeys: keyCount, measuredKeys: keyCount / 4, gap: null });
  });
});

describe(`on ${newest}`, () => {
  it("slows down while another client holds the server up, and speeds up again", { timeout: 180_000 }, async () => {
    const server = await seeded(newest);
    await fill(server, 300_000);
    const noisy = server.open();
    // Far more of the server's time than the limit below, so that three PINGs in a row meet it on a fast machine too.
    // A script cannot look at the clock: it stands still while one runs.
    const spin = "for i = 1, 20000000 do end";
    const sizes: number[] = [];
    const calming = new AbortController();
    const load = (async () => {
      while (!calming.signal.aborted) await noisy.call("EVAL", spin, "0");
    })();
    const { scan } = await scanLive(server, {
      maxLatencyMs: 5,
      onPage: (keys) => {
        sizes.push(keys);
        if (keys < Math.max(...sizes) / 3) calming.abort();
      },
    });
    calming.abort();
    await load;
    noisy.close();
    expect(scan.gap).toBeNull();
    expect(scan.seenKeys).toBe(300_000);
    expect(scan.slowdowns).toBeGreaterThan(0);
    expect(scan.addedLatencyMs).toBeGreaterThan(5);
    const slowest = sizes.findIndex((keys, at) => keys < Math.max(...sizes.slice(0, at + 1)) / 3);
    expect(slowest).toBeGreaterThan(0);
    expect(Math.max(...sizes.slice(slowest))).toBeGreaterThan((sizes[slowest] ?? 0) * 2);
  });

  it("keeps to a number of keys a second", async () => {
    const server = await seeded(newest);
    const { scan } = await scanLive(server, { ratePerSecond: 6_000 });
    expect(scan).toMatchObject({ seenKeys: keyCount, gap: null });
    // The pace is kept by waiting, which a busy machine can only make longer. The last page is not waited for.
    expect(scan.seconds).toBeGreaterThanOrEqual(0.35);
  });

  it("waits until the server answers again after a long script", async () => {
    const server = await seeded(newest, { "lua-time-limit": "100" });
    const stuck = server.open();
    let ended: Promise<unknown> = Promise.resolve();
    const scan = await scanLive(server, {
      ratePerSecond,
      during: async () => {
        ended = stuck.call("EVAL", "while true do end", "0").catch((error: unknown) => error);
        await waitUntil(
          async () => {
            const probe = server.open();
            const answer = await probe.call("GET", "key:0").catch(String);
            probe.close();
            return String(answer).includes("BUSY");
          },
          { what: "the script is in the way", timeoutMs: 5_000 },
        );
        // The scan meets the refusals before the script is ended.
        setTimeout(() => void server.call("SCRIPT", "KILL"), 500);
      },
    });
    expect(String(await ended)).toContain("killed");
    stuck.close();
    expect(namesOf(scan)).toEqual(everyName);
    expect(scan.scan.gap).toBeNull();
  });
});

/** Numbers of which every fourth is below a quarter. */
function everyFourth(): () => number {
  let i = 0;
  return () => (i++ % 4) / 4;
}
