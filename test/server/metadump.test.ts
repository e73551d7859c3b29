import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { dumpMemcached, type DumpDeps } from "../../src/collect/keyspace/dump-memcached.js";
import type { ScanOptions } from "../../src/collect/keyspace/scan-options.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { KeyPage } from "../../src/model/key-page.js";
import type { NodeScan } from "../../src/model/keyspace.js";
import type { Fleet, FleetNode } from "../../src/model/node-port.js";
import type { Profile } from "../../src/model/profile.js";
import { trusting, writeCertificates } from "../support/certificates.js";
import { cutOffProxy, silentServer } from "../support/fault-servers.js";
import { fillMemcached } from "../support/fill-memcached.js";
import { liveProfile } from "../support/live.js";
import {
  memcachedReleases,
  startMemcached,
  startRedis,
  temporaryDirectory,
  usingServers,
  waitUntil,
  type MemcachedServer,
  type Release,
} from "../support/servers/index.js";
import { ports, registerServer } from "../support/servers/registry.js";
import { serverProcess } from "../support/servers/test-server.js";
import { watchedListener } from "../support/watched-listener.js";

usingServers();

const all = await memcachedReleases();

const everything: ScanOptions = {
  from: "primaries",
  database: null,
  match: null,
  type: null,
  sampleRatio: 1,
  limitKeys: null,
  ratePerSecond: null,
  maxLatencyMs: 5,
  touch: false,
  frequencies: false,
};

const fleets: Fleet[] = [];
afterAll(() => {
  for (const fleet of fleets) fleet.close();
});

type Place = { host: string; port: number } | { path: string };

async function nodeAt(place: Place, profile: Partial<Profile> = {}, signal = new AbortController().signal) {
  const seed = "path" in place ? place : { host: place.host, port: place.port };
  const fleet = await openFleet(liveProfile([], { kind: "memcached", profile: { seeds: [seed], ...profile } }), signal);
  fleets.push(fleet);
  const [node] = fleet.nodes;
  if (node === undefined) throw new Error("no node");
  return node;
}

interface Row {
  bytes: number | null;
  ttlMs: number | null;
  idleSeconds: number | null;
  fetched: boolean | undefined;
  slabClass: number | undefined;
}

interface Dumped {
  scan: NodeScan;
  items: Map<string, Row>;
  pages: KeyPage[];
  slept: number[];
}

async function dump(
  node: FleetNode,
  options: Partial<ScanOptions> = {},
  deps: Partial<DumpDeps> = {},
): Promise<Dumped> {
  const pages: KeyPage[] = [];
  const slept: number[] = [];
  const clock = {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: async (ms: number) => {
      slept.push(ms);
      await new Promise((resolve) => setTimeout(resolve, ms));
    },
  };
  const scan = await dumpMemcached(
    node,
    { node: node.identity, facts: {} },
    { ...everything, ...options },
    {
      clock,
      random: () => 0.5,
      onPage: (page) => pages.push(page),
      onProgress: () => undefined,
      budget: { left: Infinity },
      stopped: () => false,
      ...deps,
    },
  );
  return {
    ...{ scan, pages, slept },
    // Only where it is asked for: while this process makes it, it reads no other dump.
    get items() {
      return new Map(pages.flatMap(rowsOf));
    },
  };
}

function rowsOf({ names, bytes, ttlMs, idleSeconds, items }: KeyPage): [string, Row][] {
  return names.map((name, i) => [
    name,
    {
      bytes: bytes[i] ?? null,
      ttlMs: ttlMs[i] ?? null,
      idleSeconds: idleSeconds[i] ?? null,
      fetched: items?.fetched[i],
      slabClass: items?.slabClasses[i],
    },
  ]);
}

const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

async function keepBusy(server: MemcachedServer): Promise<() => void> {
  // A dump that nobody reads goes on as long as it is left alone.
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  const begin = async () => {
    socket.write("lru_crawler metadump hash\r\n");
    await once(socket, "readable");
    // BUSY while the server crawls by itself, ERROR locked while its hash table grows, which it does some moment after it was filled.
    const isRefused = /^(?:OK\r\n)?(?:BUSY|ERROR)/.test(String(socket.read()));
    return !isRefused && (await stat(server, "lru_crawler_running")) === "1";
  };
  await waitUntil(begin, { what: "the server takes a dump", timeoutMs: 60_000 });
  return () => void socket.destroy();
}

async function stat(server: MemcachedServer, name: string): Promise<string | undefined> {
  return new RegExp(`^STAT ${name} (.*)$`, "m").exec(await server.send("stats"))?.[1]?.trim();
}

describe.concurrent.each(all)("the dump of $name", (release) => {
  it("gives every item with its exact name, size, TTL and use", async ({ expect }) => {
    const server = await startMemcached({ release: release.name });
    const unicode = latin1("ключ:ünï/%2B+~&=");
    const longest = "l".repeat(250);
    const begunAt = Number(await stat(server, "time"));
    await server.send("set plain:1 0 0 5\r\nhello");
    await server.send("set with:ttl 7 1000 5\r\nhello");
    await server.send(`set ${longest} 0 0 1000\r\n${"v".repeat(1000)}`);
    await server.send("get plain:1");
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`set ${unicode} 0 0 1 noreply\r\nu\r\n`, "latin1");
    await waitUntil(async () => (await stat(server, "curr_items")) === "4", {
      what: "all are stored",
      timeoutMs: 5_000,
    });
    socket.destroy();

    const { scan, items } = await dump(await nodeAt(server));
    const passed = Number(await stat(server, "time")) - begunAt;
    expect([...items.keys()].sort()).toEqual([longest, "plain:1", unicode, "with:ttl"].sort());
    expect(scan).toMatchObject({
      expectedKeys: 4,
      seenKeys: 4,
      measuredKeys: 4,
      vanishedKeys: 0,
      gap: null,
      addedLookups: 0,
      longestCommand: null,
      longestCommandUnknown: expect.stringContaining("Memcached"),
    });
    expect(items.get("plain:1")).toMatchObject({ ttlMs: -1, fetched: true });
    expect(items.get(longest)).toMatchObject({ ttlMs: -1, fetched: false });
    const ttlMs = items.get("with:ttl")?.ttlMs ?? 0;
    expect(ttlMs).toBeGreaterThanOrEqual((1_000 - passed - 1) * 1_000);
    expect(ttlMs).toBeLessThanOrEqual(1_001_000);
    expect(items.get("with:ttl")?.idleSeconds).toBeLessThanOrEqual(passed + 1);
    const total = [...items.values()].reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
    expect(total).toBe(Number(await stat(server, "bytes")));
    const used = /^STAT items:(\d+):/gm;
    const classes = [...(await server.send("stats items")).matchAll(used)].map(([, id]) => Number(id));
    expect(new Set([...items.values()].map(({ slabClass }) => slabClass))).toEqual(new Set(classes));
  });

  it("reads a name of any bytes, where the server takes one", async ({ expect }) => {
    const server = await startMemcached({ release: release.name });
    const bytes = Buffer.from([0, 255, 32, 1, 10, 13, 37]);
    const answer = await server.send(`ms ${bytes.toString("base64")} 2 b\r\nhi`);
    // Before 1.6.10 the text protocol takes no such name.
    const stored = answer === "HD";
    expect(stored || release.version === "1.6.9").toBe(true);
    const { items } = await dump(await nodeAt(server));
    expect([...items.keys()]).toEqual(stored ? [bytes.toString("latin1")] : []);
  });

  it("touches nothing: use, fetched and counters are the same before and after", async ({ expect }) => {
    const server = await startMemcached({ release: release.name });
    await fillMemcached(server.port, 2_000, (i) => `k:${i}`);
    await server.send("get k:7");
    const raw = async () => (await rawDump(server)).sort();
    const counters = async () =>
      (await server.send("stats"))
        .split("\r\n")
        .filter((line) =>
          /^STAT (get_|cmd_(get|set|touch)|touch_|total_items|curr_items|bytes |evictions|expired)/.test(line),
        );
    const [before, countedBefore] = [await raw(), await counters()];
    const ages = /^STAT items:\d+:age (\d+)$/m;
    const ageBefore = Number(ages.exec(await server.send("stats items"))?.[1]);
    expect((await dump(await nodeAt(server))).scan.seenKeys).toBe(2_000);
    expect(await raw()).toEqual(before);
    expect(await counters()).toEqual(countedBefore);
    expect(Number(ages.exec(await server.send("stats items"))?.[1])).toBeGreaterThanOrEqual(ageBefore);
  });

  it("says that a server started with -X, or without its crawler, lists nothing", async ({ expect }) => {
    const closed = await startMemcached({ release: release.name, args: ["-X"] });
    expect((await dump(await nodeAt(closed))).scan.gap).toBe(
      `${closed.address}: it does not let its items be listed: it was started with -X`,
    );
    const off = await startMemcached({ release: release.name, args: ["-o", "no_lru_crawler"] });
    expect((await dump(await nodeAt(off))).scan.gap).toContain("its LRU crawler is off");
  });

  it("can be left at a limit, and the server dumps again for the next one", async ({ expect }) => {
    const server = await startMemcached({ release: release.name });
    await fillMemcached(server.port, 50_000, (i) => `k:${i}`);
    const node = await nodeAt(server);
    const budget = { left: 1_234 };
    const { scan, items } = await dump(node, { limitKeys: 1_234 }, { budget });
    expect(items.size).toBe(1_234);
    expect(budget.left).toBe(0);
    expect(scan).toMatchObject({ seenKeys: 1_234, gap: `${server.address}: --limit ended the dump after 1234 items` });
    const stopped = await dump(node, {}, { stopped: () => true });
    expect(stopped.scan.gap).toContain("interrupted");
    expect((await dump(node)).scan).toMatchObject({ seenKeys: 50_000, gap: null });
  });

  it("takes the token of -Y, and speaks TLS where it was built with it", async ({ expect }) => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, "tokens"), "ops:s3cret\n");
    const guarded = await startIn(dir, release, ["-Y", "tokens"]);
    const { credentials } = liveProfile([], { username: "ops", password: "s3cret" });
    expect((await dump(await nodeAt(guarded, { credentials, memcachedLogin: "ascii" }))).scan).toMatchObject({
      gap: null,
      expectedKeys: 0,
    });
    expect((await dump(await nodeAt(guarded))).scan.gap).toContain("wants a password");
    const wrong = liveProfile([], { username: "ops", password: "wrong" }).credentials;
    const refused = await dump(await nodeAt(guarded, { credentials: wrong, memcachedLogin: "ascii" }));
    expect(refused.scan.gap).toContain("rejected the user name or password");

    await writeCertificates(dir);
    const plain = await startMemcached({ release: release.name });
    if (!(await plain.send("stats settings")).includes("ssl_enabled")) return;
    const secure = await startIn(dir, release, ["-Z", "-o", "ssl_chain_cert=server.crt,ssl_key=server.key"]);
    const tls = await trusting(dir);
    const port = await (await nodeAt(secure, { tls })).openMemcachedLines();
    await port.readLines("set k 0 0 1\r\nv", () => false);
    expect([...(await dump(await nodeAt(secure, { tls }))).items.keys()]).toEqual(["k"]);
    port.close();
  });
});

describe.each(all)("a broken dump of $name", (release) => {
  it("keeps what came before the dump was cut off, and says so", async ({ expect }) => {
    const server = await startMemcached({ release: release.name });
    await fillMemcached(server.port, 20_000, (i) => `k:${i}`);
    const node = await nodeAt(
      { host: "127.0.0.1", port: await cutOffProxy(server.port, 500_000) },
      {
        timeouts: { connectMs: 5_000, commandMs: 2_000 },
      },
    );
    const { scan, items } = await dump(node);
    expect(scan.seenKeys).toBeGreaterThan(1_000);
    expect(scan.seenKeys).toBeLessThan(20_000);
    expect(items.size).toBe(scan.seenKeys);
    expect(scan.gap).toMatch(
      /the dump broke off after \d+ of about 20000 items: .* (stopped answering for 2 s|closed the connection)/,
    );
  });
});

// One after another: a dump that is not read for a second comes out torn, and this process has much to do with these.
describe.each(all)("dumps of $name at the same time", (release) => {
  it("waits until another crawl has ended, and gives up after half a minute", async ({ expect }) => {
    const server = await startMemcached({ release: release.name, args: ["-m", "256"] });
    await fillMemcached(
      server.port,
      150_000,
      (i) => `a-name-of-some-length-to-fill-the-buffers:${"x".repeat(100)}:${i}`,
    );
    const node = await nodeAt(server);
    const release2 = await keepBusy(server);
    const slept: number[] = [];
    const clock = {
      now: () => Date.now(),
      monotonicMs: () => performance.now(),
      sleep: (ms: number) => {
        slept.push(ms);
        return Promise.resolve();
      },
    };
    const refused = await dump(node, {}, { clock });
    expect(refused.scan.gap).toContain("another crawl was still running after 30 s (BUSY");
    expect(slept.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(30_000);
    expect(refused.scan.seenKeys).toBe(0);

    const sleep = async (ms: number) => {
      release2();
      await new Promise((resolve) => setTimeout(resolve, ms));
    };
    // A few of them: a dump of all comes out torn when this process stands still for a second.
    const some = await dump(node, { limitKeys: 1_000 }, { budget: { left: 1_000 }, clock: { ...clock, sleep } });
    expect(some.scan).toMatchObject({ seenKeys: 1_000, gap: expect.stringContaining("--limit ended the dump") });
  });

  it("takes its turn when two dumps are asked for at once", async ({ expect }) => {
    const server = await startMemcached({ release: release.name, args: ["-m", "256"] });
    // So few that their dumps nearly fit into the sockets' buffers: what is not read for a second comes out torn.
    await fillMemcached(server.port, 50_000, (i) => `k:${i}`);
    const nodes = await Promise.all([nodeAt(server), nodeAt(server), nodeAt(server)]);
    const dumps = await Promise.all(nodes.map((node) => dump(node)));
    for (const { scan, pages } of dumps) {
      expect(scan).toMatchObject({ seenKeys: 50_000, gap: null });
      expect(new Set(pages.flatMap(({ names }) => names)).size).toBe(50_000);
    }
    expect(dumps.some(({ slept }) => slept.length > 0)).toBe(true);
  });
});

/** `la=` of every item, as the server says it. */
async function rawDump(server: MemcachedServer): Promise<string[]> {
  let text = "";
  const isWhole = async () => {
    const socket = connect(server.port, "127.0.0.1");
    text = "";
    socket.setEncoding("latin1");
    socket.on("data", (piece: string) => (text += piece));
    socket.write("lru_crawler metadump hash\r\n");
    // It refuses while it crawls by itself, and for a moment after another dump.
    while (!/(?:^|\n)END\r\n$|^(?:OK\r\n)?(?:BUSY|ERROR).*\r\n/.test(text)) await once(socket, "data");
    socket.destroy();
    return text.endsWith("END\r\n");
  };
  await waitUntil(isWhole, { what: "the server takes a dump", timeoutMs: 30_000 });
  return text.split("\n").filter((line) => line.startsWith("key="));
}

async function startIn(dir: string, release: Release, args: string[]): Promise<{ host: string; port: number }> {
  const port = await ports.take({ clusterBus: false });
  const place = { host: "127.0.0.1", port };
  const process = await serverProcess({
    release,
    args: ["-l", place.host, "-p", String(port), "-U", "0", "-u", "root", ...args],
    dir,
  });
  registerServer(() => process.remove());
  await process.start();
  await waitUntil(
    async () => {
      const probe = connect(place);
      const listens = await once(probe, "connect").then(
        () => true,
        () => false,
      );
      probe.destroy();
      return listens;
    },
    { what: "it listens", timeoutMs: 20_000 },
  );
  return place;
}

describe("the dump", () => {
  it("takes only what matches, and measures only the sample", async () => {
    const server = await startMemcached();
    await fillMemcached(server.port, 3_000, (i) => `${i % 3 === 0 ? "user" : "cart"}:${i}`);
    const node = await nodeAt(server);
    const { scan, items } = await dump(node, { match: "user:*" });
    expect(scan).toMatchObject({ seenKeys: 1_000, measuredKeys: 1_000, gap: null });
    expect([...items.keys()].every((name) => name.startsWith("user:"))).toBe(true);
    let n = 0;
    const sampled = await dump(node, { sampleRatio: 0.1 }, { random: () => (n++ % 10) / 10 });
    expect(sampled.scan).toMatchObject({ seenKeys: 3_000, measuredKeys: 300, gap: null });
    expect(sampled.items.size).toBe(300);
  });

  it("counts an item that has expired, by the server's clock and not by ours", async () => {
    const server = await startMemcached();
    await server.send("set lives 0 100 1\r\nv");
    const ahead = {
      now: () => Date.now() + 3_600_000,
      monotonicMs: () => performance.now(),
      sleep: () => Promise.resolve(),
    };
    const { items, scan } = await dump(await nodeAt(server), {}, { clock: ahead });
    expect(scan.vanishedKeys).toBe(0);
    expect(items.get("lives")?.ttlMs).toBeGreaterThan(90_000);
    expect(items.get("lives")?.idleSeconds).toBeLessThan(10);
  });

  it("says what cannot be had: a type, a rate, a SASL login", async () => {
    const server = await startMemcached();
    const node = await nodeAt(server);
    expect((await dump(node, { type: "hash" })).scan.gap).toBe(
      `${server.address}: items have no type hash: every one is an item`,
    );
    expect((await dump(node, { ratePerSecond: 100 })).scan.refused).toMatchObject([{ command: "--rate" }]);
    const { credentials } = liveProfile([], { username: "ops", password: "p" });
    const sasl = await nodeAt(server, { credentials, memcachedLogin: "sasl" });
    await expect(sasl.openMemcachedLines()).rejects.toMatchObject({
      connectCause: "not-permitted",
      message: expect.stringContaining("cannot be listed with a SASL login"),
      hint: expect.stringContaining("-Y"),
    });
  });

  it("gives a gap for a server that is none, is silent or is gone", async () => {
    const gapOf = async (place: Place, ms = 10_000) => {
      const timeouts = { connectMs: ms, commandMs: ms };
      return (await dump(await nodeAt(place, { timeouts }))).scan.gap;
    };
    expect(await gapOf(await startRedis())).toContain("not as Memcached does");
    expect(await gapOf({ host: "127.0.0.1", port: await silentServer() }, 300)).toContain(
      "did not answer within 300 ms",
    );
    expect(await gapOf({ host: "127.0.0.1", port: 1 })).toContain("refused the connection");
  });

  it("breaks off when the server is killed", async () => {
    const server = await startMemcached();
    await fillMemcached(server.port, 100_000, (i) => `k:${i}`);
    let killed: Promise<void> | undefined;
    const pages: KeyPage[] = [];
    const { scan } = await dump(
      await nodeAt({ host: "127.0.0.1", port: await cutOffProxy(server.port, 1_000_000) }),
      {},
      {
        onPage: (page) => {
          pages.push(page);
          killed ??= server.kill();
        },
      },
    );
    await killed;
    expect(pages.length).toBeGreaterThan(0);
    expect(scan.gap).toMatch(/the dump broke off after \d+ of about 100000 items/);
  });

  it("hands a defect of its reader on as it is", async () => {
    const server = await startMemcached();
    await server.send("set k 0 0 1\r\nv");
    const defect = new TypeError("a reducer is broken");
    const failing = dump(
      await nodeAt(server),
      {},
      {
        onPage: () => {
          throw defect;
        },
      },
    );
    await expect(failing).rejects.toBe(defect);
  });
});

describe("the lines connection", () => {
  it("is reached through a unix socket", async () => {
    const dir = await temporaryDirectory();
    const path = join(dir, "memcached.sock");
    const release = all.at(-1);
    if (release === undefined) throw new Error("no release");
    const process = await serverProcess({ release, args: ["-s", path, "-a", "777", "-u", "root"], dir });
    registerServer(() => process.remove());
    await process.start();
    const opens = () => nodeAt({ path }).then((node) => node.openMemcachedLines());
    await waitUntil(
      () =>
        opens().then(
          (port) => (port.close(), true),
          () => false,
        ),
      {
        what: "it listens",
        timeoutMs: 20_000,
      },
    );
    const port = await opens();
    onTestFinished(() => port.close());
    let answer = "";
    await port.readLines("version", (lines) => {
      answer += Buffer.from(lines).toString("latin1");
      return false;
    });
    expect(answer).toMatch(/^VERSION [\d.]+\r\n$/);
  });

  it("ends at once when the run is aborted, before and after the login", async () => {
    const timeouts = { connectMs: 60_000, commandMs: 60_000 };
    const { port, connected, left } = await watchedListener();
    const abort = new AbortController();
    const node = await nodeAt({ host: "127.0.0.1", port }, { timeouts }, abort.signal);
    const opening = Promise.allSettled([node.openMemcachedLines()]);
    await connected;
    abort.abort();
    expect(await opening).toMatchObject([{ reason: { kind: "interrupted" } }]);
    await left;

    const server = await startMemcached();
    const later = new AbortController();
    const lines = await (await nodeAt(server, { timeouts }, later.signal)).openMemcachedLines();
    await server.freeze();
    onTestFinished(() => server.thaw());
    const reading = Promise.allSettled([lines.readLines("version", () => false)]);
    later.abort();
    expect(await reading).toMatchObject([{ reason: { kind: "interrupted" } }]);
  });

  it("is refused with the reason where TLS is spoken to a plain port", async () => {
    const dir = await temporaryDirectory();
    await writeCertificates(dir);
    const plain = await startMemcached();
    const timeouts = { connectMs: 500, commandMs: 500 };
    const node = await nodeAt(plain, { tls: await trusting(dir), timeouts });
    await expect(node.openMemcachedLines()).rejects.toMatchObject({ connectCause: "tls" });
  });
});
