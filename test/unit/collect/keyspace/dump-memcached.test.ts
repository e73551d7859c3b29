import { describe, expect, it } from "vitest";
import { dumpMemcached, type DumpDeps } from "../../../../src/collect/keyspace/dump-memcached.js";
import type { ScanOptions } from "../../../../src/collect/keyspace/scan-options.js";
import { ConnectError } from "../../../../src/model/errors.js";
import type { KeyPage } from "../../../../src/model/key-page.js";
import type { FleetNode, MemcachedPort } from "../../../../src/model/node-port.js";

const options: ScanOptions = {
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

const line = (name: string) => `key=${name} exp=-1 la=1795212902 cas=2 fetch=no cls=1 size=74\n`;

/** A server that gives these answers to one dump command after the other, in pieces. */
function server(answers: (string[] | Error)[], stats: Record<string, string>[] = []) {
  const asked: string[] = [];
  const plain = { time: "1795212910", curr_items: "3", lru_crawler_running: "0" };
  const refused = () => Promise.reject(new TypeError("not of this family"));
  const memcached: MemcachedPort = {
    greeting: { connectMs: 1, pingMs: 1, pingError: null },
    version: () => Promise.resolve("1.6.45"),
    stats: () => Promise.resolve({ ...plain, ...stats.shift() }),
  };
  const node: FleetNode = {
    identity: { address: "10.0.0.9:11211", family: "memcached", role: "server", cliArguments: [] },
    openRedis: refused,
    openBulk: refused,
    openMemcached: () => Promise.resolve(memcached),
    openMemcachedLines: () =>
      Promise.resolve({
        close: () => undefined,
        readLines(command, onLines) {
          asked.push(command);
          const answer = answers.shift() ?? new TypeError("asked too often");
          if (answer instanceof Error) return Promise.reject(answer);
          for (const piece of answer) if (!onLines(Buffer.from(piece, "latin1"))) return Promise.resolve();
          return Promise.reject(new ConnectError("closed", "10.0.0.9:11211 closed the connection", "Look."));
        },
      }),
  };
  return { node, asked };
}

async function dump(node: FleetNode, deps: Partial<DumpDeps> = {}) {
  const pages: KeyPage[] = [];
  const slept: number[] = [];
  const clock = {
    now: () => 1_795_212_910_000,
    monotonicMs: () => 0,
    sleep: (ms: number) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
  const scan = await dumpMemcached(node, { node: node.identity, facts: {} }, options, {
    clock,
    random: () => 0,
    onPage: (page) => pages.push(page),
    onProgress: () => undefined,
    budget: { left: Infinity },
    stopped: () => false,
    ...deps,
  });
  return { scan, slept, names: pages.flatMap(({ names }) => names) };
}

const whole = [`OK\r\n${line("a")}`, line("b"), `${line("c")}END\r\n`];

describe("dumpMemcached", () => {
  it("asks for a dump of the hash table and reads it to its end", async () => {
    const { node, asked } = server([whole]);
    const { scan, names } = await dump(node);
    expect(names).toEqual(["a", "b", "c"]);
    expect(scan).toMatchObject({ seenKeys: 3, measuredKeys: 3, expectedKeys: 3, gap: null });
    expect(asked).toEqual(["lru_crawler metadump hash"]);
  });

  it.each(["BUSY currently processing crawler request\r\n", "ERROR locked try again later\r\n"])(
    "asks again after %s",
    async (busy) => {
      const { node, asked } = server([[busy], [busy], whole]);
      const { scan, slept } = await dump(node);
      expect(scan.gap).toBeNull();
      expect(slept).toEqual([100, 200]);
      expect(asked).toHaveLength(3);
    },
  );

  it("does not ask for a dump while the server says that a crawl runs", async () => {
    const { node, asked } = server([whole], [{ lru_crawler_running: "1" }, { lru_crawler_running: "1" }]);
    const { scan, slept } = await dump(node);
    expect(scan.gap).toBeNull();
    expect(slept).toEqual([100, 200]);
    expect(asked).toHaveLength(1);
  });

  it("follows the LRU lists where the hash table cannot be walked, and says what that misses", async () => {
    const { node, asked } = server([["BADCLASS invalid class id\r\n"], whole]);
    const { scan, names } = await dump(node);
    expect(asked).toEqual(["lru_crawler metadump hash", "lru_crawler metadump all"]);
    expect(names).toHaveLength(3);
    expect(scan.gap).toContain("misses items that move");
  });

  it.each([
    ["ERROR metadump not allowed\r\n", "started with -X"],
    ["CLIENT_ERROR lru crawler disabled\r\n", "its LRU crawler is off"],
    ["ERROR\r\n", "does not know lru_crawler metadump"],
    ["ERROR an unknown error happened\r\n", "it refused to list its items: ERROR an unknown error happened"],
  ])("tells that nothing could be seen after %s", async (answer, gap) => {
    const { scan } = await dump(server([[answer]]).node);
    expect(scan.gap).toContain(gap);
    expect(scan.seenKeys).toBe(0);
  });

  it("takes a server without items for what it is", async () => {
    expect((await dump(server([["NOTSTARTED no items to crawl\r\n"]]).node)).scan.gap).toBeNull();
    expect((await dump(server([["END\r\n"]]).node)).scan.gap).toBeNull();
  });

  it("keeps what came before the connection was lost", async () => {
    const { scan, names } = await dump(server([whole.slice(0, 2)]).node);
    expect(names).toEqual(["a", "b"]);
    expect(scan.gap).toBe(
      "10.0.0.9:11211: the dump broke off after 2 of about 3 items: 10.0.0.9:11211 closed the connection",
    );
  });

  it.each([
    ["a line that was torn", [line("a"), "es cls=1 size=74\n", "END\r\n"]],
    ["an item without its figures", [line("a"), "key=b exp=-1 la=17\n", "END\r\n"]],
    ["an end that is not the end", [line("a"), `END\r\n${line("b")}`]],
  ])("does not pass %s off as a whole dump", async (_, pieces) => {
    expect((await dump(server([pieces]).node)).scan.gap).toBe("10.0.0.9:11211: 1 lines of the dump could not be read");
  });

  it("stops between pieces when the user has had enough, and while it waits", async () => {
    let looks = 0;
    const { scan, names } = await dump(server([whole]).node, { stopped: () => ++looks > 1 });
    expect(names).toEqual(["a", "b"]);
    expect(scan.gap).toContain("broke off after 2 of about 3 items: interrupted");
    const waiting = await dump(server([["BUSY\r\n"]]).node, { stopped: () => true });
    expect(waiting.scan.gap).toContain("interrupted");
  });

  it("shares the limit with the other servers of the target", async () => {
    const budget = { left: 2 };
    const { scan, names } = await dump(server([whole]).node, { budget });
    expect(names).toEqual(["a", "b"]);
    expect(scan.gap).toBe("10.0.0.9:11211: --limit ended the dump after 2 items");
    expect((await dump(server([whole]).node, { budget })).names).toEqual([]);
  });
});
