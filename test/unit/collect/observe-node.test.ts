import { describe, expect, it } from "vitest";
import { dropRepeatedNodes, observeNode } from "../../../src/collect/observe-target.js";
import type { Clock } from "../../../src/model/clock.js";
import { CachectlError, ConnectError } from "../../../src/model/errors.js";
import type { FleetNode, MemcachedPort, RedisPort } from "../../../src/model/node-port.js";
import { redisNode } from "../../support/facts.js";
import { redis60 } from "./info-excerpts.js";
import { portThatSays } from "./ports.js";

/** A clock whose waits take no time and are counted. */
function clock(): Clock & { slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => 1_795_204_400_000,
    monotonicMs: () => slept.length * 1_000,
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
  };
}

function node(family: FleetNode["identity"]["family"], open: Partial<FleetNode>): FleetNode {
  const refused = () => Promise.reject(new TypeError("not of this family"));
  const identity = { address: "10.0.0.5:6379", family, role: "unknown" as const, cliArguments: [] };
  const none = { openRedis: refused, openMemcached: refused, openBulk: refused, openMemcachedLines: refused };
  return { identity, ...none, ...open };
}

const redis = (port: RedisPort) => node("redis", { openRedis: () => Promise.resolve(port) });

describe("a Redis node", () => {
  it("is asked all that may be refused before the first INFO, so that no refusal falls into the window", async () => {
    const port = portThatSays({ INFO: redis60 });
    await observeNode(redis(port), 1_000, clock());
    const firstInfo = port.asked.indexOf("INFO everything");
    expect(port.asked.lastIndexOf("INFO everything")).toBeGreaterThan(firstInfo);
    const between = port.asked.slice(firstInfo + 1, port.asked.lastIndexOf("INFO everything"));
    expect(between).toEqual([]);
  });

  it("waits once for its sample, and not at all when judged since start", async () => {
    const sampled = clock();
    await observeNode(redis(portThatSays({ INFO: redis60 })), 3_000, sampled);
    expect(sampled.slept).toEqual([3_000]);
    const since = clock();
    await observeNode(redis(portThatSays({ INFO: redis60 })), 0, since);
    expect(since.slept).toEqual([]);
  });

  it("does not wait for a second sample of what could not be sampled once", async () => {
    const time = clock();
    const { facts } = await observeNode(redis(portThatSays({})), 3_000, time);
    expect(time.slept).toEqual([]);
    expect(facts.window).toMatchObject({ ok: false, cause: "not-permitted" });
    expect(facts.reachability).toMatchObject({ value: { reachable: true } });
  });

  it("is not reachable any more when it falls silent in between", async () => {
    const silent = new ConnectError("timed-out", "10.0.0.5:6379 did not answer CLIENT LIST", "");
    const { facts } = await observeNode(redis(portThatSays({ INFO: redis60, "CLIENT LIST": silent })), 0, clock());
    expect(facts.reachability).toMatchObject({ value: { reachable: false, failure: { cause: "fell-silent" } } });
    expect(facts.server).toMatchObject({ ok: true });
  });

  it("takes its role from its own word", async () => {
    const { node: observed } = await observeNode(redis(portThatSays({ INFO: redis60 })), 0, clock());
    expect(observed.role).toBe("primary");
  });
});

describe("a node that cannot be reached", () => {
  const refused = () => Promise.reject(new ConnectError("refused", "10.0.0.5:6379 refused the connection", "Look."));

  it.each(["redis", "sentinel", "memcached"] as const)("has a reason for every topic of a %s", async (family) => {
    const { facts } = await observeNode(node(family, { openRedis: refused, openMemcached: refused }), 0, clock());
    expect(facts.reachability).toMatchObject({ value: { reachable: false, failure: { cause: "refused" } } });
    const others = Object.entries(facts).filter(([topic]) => topic !== "reachability");
    expect(others.length).toBeGreaterThan(2);
    for (const [, fact] of others) expect(fact).toMatchObject({ ok: false, cause: "unreachable" });
  });

  it.each([
    new ConnectError("aborted", "interrupted", ""),
    new CachectlError("interrupted", "interrupted", "interrupted", ""),
    new TypeError("a defect"),
  ])("is not what $message means", async (error) => {
    const broken = node("redis", { openRedis: () => Promise.reject(error) });
    await expect(observeNode(broken, 0, clock())).rejects.toBe(error);
  });
});

describe("a Memcached server", () => {
  /** Its counters at one look after the other. */
  function memcached(...looks: Record<string, string>[]): FleetNode {
    let look = -1;
    const port: MemcachedPort = {
      greeting: { connectMs: 1, pingMs: 1, pingError: null },
      version: () => Promise.resolve("1.6.45"),
      stats(section) {
        if (section === "items") return Promise.resolve({ "items:1:evicted": String(look * 5) });
        if (section !== undefined) return Promise.resolve({});
        look += 1;
        return Promise.resolve({ pid: "1", ...looks[look] });
      },
    };
    return node("memcached", { openMemcached: () => Promise.resolve(port) });
  }

  it("is judged by what its counters grew by", async () => {
    const looks = [
      { uptime: "100", get_hits: "10" },
      { uptime: "101", get_hits: "15" },
    ];
    const { facts } = await observeNode(memcached(...looks), 1_000, clock());
    expect(facts.memcachedWindow).toMatchObject({
      value: { basis: "sample", seconds: 1, counters: { get_hits: 5 }, items: { "1": { evicted: 5 } } },
    });
  });

  it("is not sampled when it restarted in between", async () => {
    const { facts } = await observeNode(memcached({ uptime: "100" }, { uptime: "1" }), 1_000, clock());
    expect(facts.memcachedWindow).toMatchObject({ ok: false, cause: "not-sampled" });
  });

  it("has no window of unknown length", async () => {
    const { facts } = await observeNode(memcached({ get_hits: "5" }), 0, clock());
    expect(facts.memcachedWindow).toMatchObject({ ok: false, cause: "failed" });
  });
});

describe("dropRepeatedNodes", () => {
  it("keeps the first name of one process, and every process that does not say which it is", () => {
    const at = (address: string, runId: string) => redisNode({ node: { address }, server: { runId } });
    const nodes = [at("db1:6379", "a"), at("10.0.0.5:6379", "a"), at("10.0.0.6:6379", ""), at("10.0.0.7:6379", "")];
    expect(dropRepeatedNodes(nodes).map(({ node: { address } }) => address)).toEqual([
      "db1:6379",
      "10.0.0.6:6379",
      "10.0.0.7:6379",
    ]);
  });
});
