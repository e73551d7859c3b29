import { describe, expect, it, onTestFinished } from "vitest";
import { collectHotKeys, type HotDeps } from "../../src/collect/keyspace/hot-keys.js";
import { monitorLimits } from "../../src/collect/keyspace/hot-by-monitor.js";
import { chooseHotMethod, type HotMethod } from "../../src/collect/keyspace/hot-method.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import { known, type Fact } from "../../src/model/fact.js";
import type { Product, Reachability, ServerFacts } from "../../src/model/facts.js";
import type { HotKeysFacts } from "../../src/model/keyspace.js";
import type { FleetNode } from "../../src/model/node-port.js";
import type { NodeFacts, ObservedNode } from "../../src/model/observation.js";
import { liveProfile, observeLive } from "../support/live.js";
import { encoded, scriptedRedis, type Encodable } from "../support/scripted-redis.js";
import {
  releases,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
  type RespConnection,
} from "../support/servers/index.js";

usingServers();

/** That somebody held up the server for a tenth of a second is not the matter here, except where a test says so. */
const { slowPingMs } = monitorLimits;
monitorLimits.slowPingMs = 10_000;

const all = await releases();

interface Run {
  method: HotMethod;
  forMs: number;
  top?: number;
  isCluster?: boolean;
  /** Facts over what the server itself says. */
  facts?: NodeFacts;
  deps?: Partial<HotDeps>;
  abort?: AbortController;
}

const clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/** A node as discovery would give it, without asking the server who it is: a scripted one does not know. */
async function nodeAt(port: number, abort = new AbortController()): Promise<FleetNode> {
  const profile = liveProfile([{ host: "127.0.0.1", port }], { profile: { discover: false } });
  const fleet = await openFleet(profile, abort.signal);
  onTestFinished(() => fleet.close());
  const [node] = fleet.nodes;
  if (node === undefined) throw new Error("no node");
  return node;
}

async function hotKeys(port: number, facts: NodeFacts, run: Run): Promise<Fact<HotKeysFacts> | "frequency"> {
  const node = await nodeAt(port, run.abort);
  const observed: ObservedNode = { node: { ...node.identity, role: "primary" }, facts };
  const { method, forMs, top = 10, isCluster = false } = run;
  const deps = { clock, stopped: () => run.abort?.signal.aborted === true, say: () => {}, ...run.deps };
  return collectHotKeys([{ node, observed }], { method, forMs, top, isCluster }, deps);
}

function valueOf(fact: Fact<HotKeysFacts> | "frequency"): HotKeysFacts {
  if (fact === "frequency" || !fact.ok) throw new Error(fact === "frequency" ? fact : fact.reason);
  return fact.value;
}

async function factsOf(server: RedisServer): Promise<NodeFacts> {
  const observation = await observeLive([server], { sampleMs: 0 });
  return observation.targets[0]?.nodes[0]?.facts ?? {};
}

/** Repeats `work` on a connection of its own; gives how to end that. */
function startLoad(server: RedisServer, work: (connection: RespConnection) => Promise<unknown>): () => Promise<void> {
  const connection = server.open();
  const load = { over: false };
  const running = (async () => {
    while (!load.over) await work(connection);
  })();
  return async () => {
    load.over = true;
    await running;
    connection.close();
  };
}

const hotName = 'hot "key"\n\\';

/**
 * Reads one key four times as often as all others together. Those come again: a name that was read once is dropped with the
 * next ten thousandth command, and right after it no cold one would be left.
 */
function skewedLoad(server: RedisServer): () => Promise<void> {
  let count = 0;
  return startLoad(server, (connection) => {
    const calls = Array.from({ length: 4 }, () => connection.call("GET", hotName));
    return Promise.all([...calls, connection.call("MGET", `cold:${count++ % 50}`)]);
  });
}

async function monitorsOf(server: RedisServer): Promise<number> {
  const list = String(await server.call("CLIENT", "LIST"));
  return list.split("\n").filter((line) => / flags=\S*O/.test(line)).length;
}

describe.each(all)("$name", ({ name: release }) => {
  it("finds the hot key by MONITOR, having said what that costs, and leaves no monitor behind", async () => {
    const server = await startRedis({ release });
    const facts = await factsOf(server);
    const endLoad = skewedLoad(server);
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const found = valueOf(await hotKeys(server.port, facts, { method: "monitor", forMs: 600, top: 3, deps: { say } }));
    await endLoad();
    expect(said).toEqual([expect.stringMatching(/^MONITOR on 1 node for 0\.6 s: .*halve.*200,000 commands or 64 MB/)]);
    expect(found).toMatchObject({ method: "monitor", metric: "accesses per second" });
    expect(found.keys[0]?.key).toBe(hotName);
    expect(found.keys[0]?.percent).toBeGreaterThan(75);
    expect(found.keys[0]?.percent).toBeLessThan(85);
    expect(found.keys).toHaveLength(3);
    await waitUntil(async () => (await monitorsOf(server)) === 0, { what: "the monitor is gone", timeoutMs: 5_000 });
  });

  it("counts what a script does and not what it declares", async () => {
    const server = await startRedis({ release });
    const facts = await factsOf(server);
    const script = "redis.call('set', KEYS[1], '1'); redis.call('get', 'within'); return redis.call('get', 'within')";
    const endLoad = startLoad(server, (connection) => connection.call("EVAL", script, "2", "declared", "unused"));
    const found = valueOf(await hotKeys(server.port, facts, { method: "monitor", forMs: 300 }));
    await endLoad();
    expect(found.keys.map(({ key }) => key)).toEqual(["within", "declared"]);
    expect(found.keys[0]?.percent).toBeCloseTo(66.7, 0);
  });

  it("asks the counters of the keys under an LFU policy, and they tell the hot key", async () => {
    const server = await startRedis({ release });
    await server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
    // No integers: without maxmemory, Redis keeps one object for each small integer, so such keys share its counter.
    await server.call("SET", "hot", "text");
    await server.call("SET", "cold", "text");
    await Promise.all(Array.from({ length: 5_000 }, () => server.call("GET", "hot")));
    const facts = await factsOf(server);
    expect(await hotKeys(server.port, facts, { method: "auto", forMs: 100 })).toBe("frequency");
    const [hot, cold] = await Promise.all([
      server.call("OBJECT", "FREQ", "hot"),
      server.call("OBJECT", "FREQ", "cold"),
    ]);
    expect(Number(hot)).toBeGreaterThan(Number(cold));
  });

  it("says what would make it possible where there is no LFU policy", async () => {
    const server = await startRedis({ release });
    const facts = await factsOf(server);
    const found = await hotKeys(server.port, facts, { method: "auto", forMs: 100 });
    expect(found).toMatchObject({
      ok: false,
      cause: "not-supported",
      reason: expect.stringContaining("--hot monitor"),
    });
  });
});

describe("MONITOR", () => {
  it("ends before its time when the server has more to say than is wanted", async () => {
    const server = await startRedis();
    const facts = await factsOf(server);
    const endLoad = startLoad(server, (connection) =>
      Promise.all(Array.from({ length: 2_000 }, () => connection.call("GET", "hot"))),
    );
    const found = valueOf(await hotKeys(server.port, facts, { method: "monitor", forMs: 55_000 }));
    await endLoad();
    expect(found.seconds).toBeLessThan(55);
    expect(found.keys[0]).toMatchObject({ key: "hot", percent: 100 });
    expect(found.notes).toContainEqual(expect.stringContaining("it ended early"));
  });

  it("waits on a server that has nothing to say, also beyond the command timeout", async () => {
    const server = await startRedis();
    const profile = liveProfile([server], { profile: { timeouts: { connectMs: 5_000, commandMs: 3_000 } } });
    const fleet = await openFleet(profile, new AbortController().signal);
    onTestFinished(() => fleet.close());
    const [node] = fleet.nodes;
    if (node === undefined) throw new Error("no node");
    const observed = { node: node.identity, facts: await factsOf(server) };
    const request = { method: "monitor" as const, forMs: 4_000, top: 3, isCluster: false };
    const found = valueOf(
      await collectHotKeys([{ node, observed }], request, { clock, stopped: () => false, say: () => {} }),
    );
    expect(found.keys).toEqual([]);
    expect(found.seconds).toBeGreaterThan(3.9);
  });

  it("ends before its time when a PING beside it becomes slow", async () => {
    const server = await startRedis();
    const facts = await factsOf(server);
    monitorLimits.slowPingMs = slowPingMs;
    onTestFinished(() => {
      monitorLimits.slowPingMs = 10_000;
    });
    const asked = hotKeys(server.port, facts, { method: "monitor", forMs: 50_000 });
    await waitUntil(async () => (await monitorsOf(server)) === 1, { what: "a monitor", timeoutMs: 5_000 });
    await server.freeze();
    const found = valueOf(await asked);
    await server.thaw();
    expect(found.seconds).toBeLessThan(50);
    expect(found.notes).toEqual([expect.stringContaining("a PING became slow")]);
  });

  it("gives what it has seen when it is interrupted", async () => {
    const server = await startRedis();
    const facts = await factsOf(server);
    const endLoad = skewedLoad(server);
    const abort = new AbortController();
    const asked = hotKeys(server.port, facts, { method: "monitor", forMs: 50_000, abort });
    await waitUntil(async () => (await monitorsOf(server)) === 1, { what: "a monitor", timeoutMs: 5_000 });
    const before = Number(/total_commands_processed:(\d+)/.exec(String(await server.call("INFO", "stats")))?.[1]);
    await waitUntil(
      async () => {
        const now = /total_commands_processed:(\d+)/.exec(String(await server.call("INFO", "stats")))?.[1];
        return Number(now) > before + 500;
      },
      { what: "load beside the monitor", timeoutMs: 5_000 },
    );
    abort.abort();
    const found = valueOf(await asked);
    await endLoad();
    expect(found.keys[0]?.key).toBe(hotName);
    expect(found.notes).toEqual([expect.stringContaining("interrupted")]);
    await waitUntil(async () => (await monitorsOf(server)) === 0, { what: "the monitor is gone", timeoutMs: 5_000 });
  });

  it("is a missing fact for a login that may not", async () => {
    const server = await startRedis({ release: "redis-7.0" });
    const facts = await factsOf(server);
    await server.call("ACL", "SETUSER", "default", "-monitor");
    const found = await hotKeys(server.port, facts, { method: "monitor", forMs: 5_000 });
    expect(found).toMatchObject({ ok: false, cause: "not-permitted", reason: expect.stringContaining("MONITOR") });
  });

  it("tells of a node that dies meanwhile", async () => {
    const server = await startRedis();
    const facts = await factsOf(server);
    const asked = hotKeys(server.port, facts, { method: "monitor", forMs: 50_000 });
    await waitUntil(async () => (await monitorsOf(server)) === 1, { what: "a monitor", timeoutMs: 5_000 });
    await server.kill();
    expect(await asked).toMatchObject({ ok: false, cause: "unreachable" });
  });
});

/** What Redis 8.6 keeps of HOTKEYS, after `hotkeysCommand` in its hotkeys.c: no server at hand has it. */
class HotkeysServer {
  session: { active: boolean; startedAtMs: number; ratio: number } | null = null;
  readonly asked: string[] = [];

  readonly answer = (words: string[]): string => {
    if (words[0] !== "HOTKEYS") return "+OK\r\n";
    this.asked.push(words.slice(1).join(" "));
    return this.hotkeys(words[1] ?? "", words);
  };

  start(ratio: number): void {
    this.session = { active: true, startedAtMs: 1_769_420_604_522 + this.asked.length, ratio };
  }

  private hotkeys(subcommand: string, words: string[]): string {
    const { session } = this;
    if (subcommand === "GET") return encoded(session === null ? null : [this.fields()]);
    if (subcommand === "START") {
      if (session?.active === true) return "-ERR hotkey tracking session already in progress\r\n";
      const sample = words.indexOf("SAMPLE");
      this.start(sample === -1 ? 1 : Number(words[sample + 1]));
      return "+OK\r\n";
    }
    if (subcommand === "STOP") {
      if (session?.active !== true) return encoded(null);
      session.active = false;
      return "+OK\r\n";
    }
    if (session?.active === true) return "-ERR hotkey tracking session in progress, stop tracking first\r\n";
    this.session = null;
    return "+OK\r\n";
  }

  private fields(): Encodable {
    const { active = false, startedAtMs = 0, ratio = 1 } = this.session ?? {};
    const metadata = ["tracking-active", active ? 1 : 0, "sample-ratio", ratio, "selected-slots", [[0, 16383]]];
    const totals = ["all-commands-all-slots-us", 20_000, "net-bytes-all-commands-all-slots", 900];
    const times = ["collection-start-time-unix-ms", startedAtMs, "collection-duration-ms", 2_000];
    return [...metadata, ...totals, ...times, "by-cpu-time-us", ["hot", 10_000 / ratio, "{warm}\xff", 4_000 / ratio]];
  }
}

function factsOfVersion(
  product: Product,
  version: string,
  opsPerSecond = 10,
  config: Record<string, string> = {},
): NodeFacts {
  return {
    reachability: known({ reachable: true } as Reachability),
    server: known({ product, version } as ServerFacts),
    counters: known({ instantaneous_ops_per_sec: opsPerSecond }),
    config: known(config),
  };
}

const redis86 = factsOfVersion("redis", "8.6.0");

describe("HOTKEYS of Redis", () => {
  it("starts a session that would end by itself, reads it, ends it and leaves nothing", async () => {
    const server = new HotkeysServer();
    const port = await scriptedRedis(server.answer);
    const found = valueOf(await hotKeys(port, redis86, { method: "auto", forMs: 50, isCluster: true }));
    expect(server.asked).toEqual(["GET", "START METRICS 1 CPU COUNT 10 DURATION 2", "GET", "GET", "STOP", "RESET"]);
    expect(server.session).toBeNull();
    const node = `127.0.0.1:${port}`;
    expect(found).toEqual({
      method: "hotkeys",
      metric: "CPU µs per second",
      seconds: 2,
      keys: [
        { key: "hot", node, slot: 6_093, score: 5_000, percent: 50 },
        { key: String.raw`{warm}\xff`, node, slot: 11_315, score: 2_000, percent: 20 },
      ],
      notes: [],
    });
  });

  it("samples on a busy server and says so, with the same figures", async () => {
    const server = new HotkeysServer();
    const port = await scriptedRedis(server.answer);
    const busy = factsOfVersion("redis", "8.6.0", 100_000);
    const found = valueOf(await hotKeys(port, busy, { method: "hotkeys", forMs: 50, top: 100 }));
    expect(server.asked[1]).toBe("START METRICS 1 CPU COUNT 64 DURATION 2 SAMPLE 10");
    expect(found.keys[0]).toMatchObject({ key: "hot", score: 5_000, percent: 50 });
    expect(found.notes).toEqual([expect.stringContaining("one in 10 commands")]);
  });

  it("reads somebody else's session and leaves it running", async () => {
    const server = new HotkeysServer();
    server.start(1);
    const port = await scriptedRedis(server.answer);
    const found = valueOf(await hotKeys(port, redis86, { method: "auto", forMs: 50 }));
    expect(server.asked).toEqual(["GET", "GET"]);
    expect(server.session?.active).toBe(true);
    expect(found.keys[0]).toMatchObject({ key: "hot", score: 5_000 });
    expect(found.notes).toEqual([expect.stringMatching(/somebody else's session.*left running/)]);
  });

  it("does not discard what somebody else's stopped session has found", async () => {
    const server = new HotkeysServer();
    server.start(1);
    server.answer(["HOTKEYS", "STOP"]);
    const port = await scriptedRedis(server.answer);
    const found = valueOf(await hotKeys(port, redis86, { method: "auto", forMs: 50 }));
    expect(server.asked).toEqual(["STOP", "GET"]);
    expect(found.notes).toEqual([expect.stringContaining("HOTKEYS RESET")]);
  });

  it("leaves a session alone that somebody starts at the same moment", async () => {
    const server = new HotkeysServer();
    const port = await scriptedRedis((words) => {
      if (words[1] === "START") server.start(1);
      return server.answer(words);
    });
    const found = valueOf(await hotKeys(port, redis86, { method: "auto", forMs: 50 }));
    expect(server.asked).not.toContain("STOP");
    expect(server.session?.active).toBe(true);
    expect(found.notes).toEqual([expect.stringContaining("left running")]);
  });

  it("leaves a session alone that replaces its own meanwhile", async () => {
    const server = new HotkeysServer();
    let gets = 0;
    const port = await scriptedRedis((words) => {
      if (words[1] === "GET" && ++gets === 3) server.start(1);
      return server.answer(words);
    });
    const found = valueOf(await hotKeys(port, redis86, { method: "auto", forMs: 50 }));
    expect(server.asked).not.toContain("STOP");
    expect(found.notes).toEqual([expect.stringContaining("replaced")]);
  });

  it("ends its session when the person wants to stop, with what was seen", async () => {
    const server = new HotkeysServer();
    const port = await scriptedRedis(server.answer);
    const stopped = () => server.session !== null;
    const found = valueOf(await hotKeys(port, redis86, { method: "auto", forMs: 50_000, deps: { stopped } }));
    expect(server.session).toBeNull();
    expect(found.keys[0]?.key).toBe("hot");
  });

  it("ends its session when the run is aborted", async () => {
    const server = new HotkeysServer();
    const port = await scriptedRedis(server.answer);
    const abort = new AbortController();
    const asked = hotKeys(port, redis86, { method: "auto", forMs: 50_000, abort });
    await waitUntil(() => server.asked.length === 3, { what: "a session", timeoutMs: 5_000 });
    abort.abort();
    expect(await asked).toMatchObject({ ok: false, reason: expect.stringContaining("interrupted") });
    await waitUntil(() => server.asked.includes("RESET"), { what: "the session is ended", timeoutMs: 5_000 });
    expect(server.asked.slice(-2)).toEqual(["STOP", "RESET"]);
    expect(server.session).toBeNull();
  });

  it("starts none where it cannot read whether there is one", async () => {
    const asked: string[] = [];
    const port = await scriptedRedis((words) => {
      if (words[0] === "HOTKEYS") asked.push(words.slice(1).join(" "));
      return words[0] === "HOTKEYS" ? encoded([["new-field", 1]]) : "+OK\r\n";
    });
    const found = await hotKeys(port, redis86, { method: "auto", forMs: 50 });
    expect(found).toMatchObject({ ok: false, cause: "failed", reason: expect.stringContaining("a form not known") });
    expect(asked).toEqual(["GET"]);
  });

  it("says when its session could not be ended", async () => {
    const server = new HotkeysServer();
    const port = await scriptedRedis((words) =>
      words[1] === "STOP" ? "-NOPERM no permissions to run 'hotkeys|stop'\r\n" : server.answer(words),
    );
    const found = valueOf(await hotKeys(port, redis86, { method: "auto", forMs: 50 }));
    expect(found.keys[0]?.key).toBe("hot");
    expect(found.notes).toEqual([expect.stringMatching(/ends by itself: NOPERM/)]);
  });

  it("is a missing fact where the login may not", async () => {
    const port = await scriptedRedis((words) =>
      words[0] === "HOTKEYS"
        ? "-NOPERM User default has no permissions to run the 'hotkeys|get' command\r\n"
        : "+OK\r\n",
    );
    expect(await hotKeys(port, redis86, { method: "auto", forMs: 50 })).toMatchObject({
      ok: false,
      cause: "not-permitted",
    });
  });
});

describe("HOTKEYS of Valkey", () => {
  it("reads its last window, waiting for the first one", async () => {
    let gets = 0;
    const port = await scriptedRedis((words) => {
      if (words[0] !== "HOTKEYS") return "+OK\r\n";
      expect(words).toEqual(["HOTKEYS", "GET"]);
      return encoded(++gets === 1 ? [] : [["key", "hot", "db", 0, "qps", 1_500]]);
    });
    const facts = factsOfVersion("valkey", "9.2.0", 10, { "hotkey-top-k": "16", "hotkey-window-seconds": "30" });
    const found = valueOf(await hotKeys(port, facts, { method: "auto", forMs: 50 }));
    expect(found).toMatchObject({
      metric: "accesses per second",
      seconds: 30,
      keys: [{ key: "hot", score: 1_500, percent: null }],
    });
  });
});

it("chooses for a node that was observed as it watches one", async () => {
  const server = await startRedis({ release: "redis-7.0" });
  const [observed] = (await observeLive([server], { sampleMs: 0 })).targets[0]?.nodes ?? [];
  if (observed === undefined) throw new Error("nothing was observed");
  expect(chooseHotMethod([observed], "auto")).toMatchObject({ cause: "not-supported" });
  await server.call("CONFIG", "SET", "maxmemory-policy", "volatile-lfu");
  const [again] = (await observeLive([server], { sampleMs: 0 })).targets[0]?.nodes ?? [];
  expect(again && chooseHotMethod([again], "auto")).toBe("frequency");
});
