import { describe, expect, it } from "vitest";
import type { Facts, Topic } from "../../src/model/facts.js";
import type { Missing } from "../../src/model/fact.js";
import type { Observation, ObservedNode } from "../../src/model/observation.js";
import { observeLive, type LiveOptions } from "../support/live.js";
import { isInTilt } from "../support/sentinel-tilt.js";
import {
  releases,
  startCluster,
  startRedis,
  startSentinelGroup,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../support/servers/index.js";

usingServers();

const all = await releases();

const redisTopics: Topic[] = [
  "reachability",
  "server",
  "loading",
  "memory",
  "clients",
  "persistence",
  "counters",
  "window",
  "replication",
  "keyspace",
  "commandStats",
  "errorStats",
  "latencyStats",
  "config",
  "slowlog",
  "latency",
  "clientList",
  "acl",
  "memoryStats",
  "clusterInfo",
  "clusterView",
  "slotMigrations",
  "modules",
];

/** What a server of this release has not, for want of a version that does. */
function tooOldFor(release: string): Topic[] {
  return release === "redis-6.0" ? ["errorStats", "latencyStats"] : [];
}

function nodesOf(observation: Observation): ObservedNode[] {
  return observation.targets.flatMap(({ nodes }) => nodes);
}

function firstOf(observation: Observation): ObservedNode {
  const [node] = nodesOf(observation);
  if (node === undefined) throw new Error("nothing was observed");
  return node;
}

/** Topic → cause, of what is missing. */
function missingOf({ facts }: ObservedNode): Record<string, string> {
  const missing = Object.entries(facts).filter((entry): entry is [string, Missing] => !entry[1].ok);
  return Object.fromEntries(missing.map(([topic, { cause }]) => [topic, cause]));
}

function valueOf<T extends Topic>({ facts }: ObservedNode, topic: T): Facts[T] {
  const fact = facts[topic];
  if (fact?.ok !== true) throw new Error(`${topic}: ${fact?.reason ?? "not collected"}`);
  return fact.value;
}

function notSupported(...topics: Topic[]): Record<string, string> {
  return Object.fromEntries(topics.map((topic) => [topic, "not-supported"]));
}

describe.concurrent.each(all)("$name", ({ name: release }) => {
  it("answers every topic that it has, sampled and since start", async ({ expect }) => {
    const server = await startRedis({ release });
    for (const sampleMs of [0, 20]) {
      const node = firstOf(await observeLive([server], { sampleMs }));
      expect(Object.keys(node.facts).sort()).toEqual([...redisTopics].sort());
      expect(missingOf(node)).toEqual(
        notSupported("clusterInfo", "clusterView", "slotMigrations", ...tooOldFor(release)),
      );
    }
  });

  it("answers every topic as a member of a cluster", async ({ expect }) => {
    const { nodes } = await startCluster({ release, replicasPerPrimary: 0 });
    const observed = nodesOf(await observeLive(nodes.slice(0, 1), { kind: "cluster", sampleMs: 20 }));
    expect(observed).toHaveLength(3);
    const lacking = [...tooOldFor(release), ...(release === "valkey-9.1" ? [] : ["slotMigrations" as const])];
    for (const node of observed) expect(missingOf(node)).toEqual(notSupported(...lacking));
  });

  it("shows no secret", async ({ expect }) => {
    const secret = "s3cret-of-the-house";
    const server = await startRedis({ release, config: { requirepass: secret, masterauth: `${secret}-2` } });
    await server.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
    await server.call("ACL", "SETUSER", "ops", "on", `>${secret}-3`, "+@all", "~*");
    await server.call("AUTH", secret);
    await server.call("CONFIG", "SET", "requirepass", secret);
    await server.call("EVAL", `return '${secret}'`, "0");
    const hash = /#([0-9a-f]{64})/.exec(String(await server.call("ACL", "LIST")))?.[1] ?? "no hash";
    const observation = await observeLive([server], { password: secret, sampleMs: 0 });
    const text = JSON.stringify(observation);
    expect(valueOf(firstOf(observation), "slowlog").newCount).toBeGreaterThan(3);
    expect(valueOf(firstOf(observation), "config")).toMatchObject({ requirepass: "[set]", masterauth: "[set]" });
    expect(text).not.toContain(secret);
    expect(text).not.toContain(hash);
  });

  it("is only read: known commands, no key touched, nothing set", async ({ expect }) => {
    const server = await startRedis({ release, config: { "maxmemory-policy": "allkeys-lru", maxmemory: "100mb" } });
    await server.call("SET", "k", "v");
    const before = await touchedOf(server);
    await server.call("CONFIG", "RESETSTAT");
    await observeLive([server], { sampleMs: 20 });
    const info = String(await server.call("INFO", "commandstats"));
    const ran = [...info.matchAll(/^cmdstat_([^:|]+)(?:\|([^:]+))?:/gm)].map(([, command, sub]) =>
      [command, sub].filter((word) => word !== undefined).join(" "),
    );
    expect(ran.filter((command) => !readCommands(release).includes(command))).toEqual([]);
    expect(ran).toContain("ping");
    expect(await touchedOf(server)).toEqual(before);
  });
});

/** All that an observation may run, as INFO commandstats of this release names it: 6.0 has no subcommands there. */
function readCommands(release: string): string[] {
  const subcommands = [
    "acl list",
    "acl whoami",
    "client list",
    "client setname",
    "cluster info",
    "cluster nodes",
    "config get",
  ];
  const more = ["latency latest", "memory stats", "module list", "slowlog get"];
  const commands = ["auth", "info", "ping", "role"];
  // The test's own, between resetting the statistics and looking at them.
  const own = ["config resetstat"];
  const names = [...commands, ...subcommands, ...more, ...own];
  return release === "redis-6.0" ? names.map((name) => name.split(" ")[0] ?? name) : names;
}

/** What reading a key, or changing a setting, would change. */
async function touchedOf(server: RedisServer): Promise<unknown[]> {
  const stats = String(await server.call("INFO", "stats"));
  return [
    /keyspace_hits:(\d+)/.exec(stats)?.[1],
    /keyspace_misses:(\d+)/.exec(stats)?.[1],
    await server.call("CONFIG", "GET", "m*"),
  ];
}

describe("what the key space feels", () => {
  it("does not make a key look used", async () => {
    const server = await startRedis({ config: { "maxmemory-policy": "allkeys-lru", maxmemory: "100mb" } });
    await server.call("SET", "k", "v");
    // A second must pass before a key counts as idle at all.
    const idle = async () => Number(await server.call("OBJECT", "IDLETIME", "k"));
    await waitUntil(async () => (await idle()) >= 1, { what: "the key is idle", timeoutMs: 20_000 });
    const before = await idle();
    await observeLive([server], { sampleMs: 20 });
    expect(await idle()).toBeGreaterThanOrEqual(before);
  });

  it("is not searched: a monitor sees no KEYS, no SET and no key name", async () => {
    const server = await startRedis();
    await server.call("SET", "the-only-key", "v");
    const lines = await whileMonitored(server, () => observeLive([server], { sampleMs: 20 }));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => /the-only-key|"(keys|set|scan|eval|flushall)"|"config" "set"/i.test(line))).toEqual(
      [],
    );
  });
});

/** The commands that MONITOR showed meanwhile, those of the harness excepted. */
async function whileMonitored(server: RedisServer, work: () => Promise<unknown>): Promise<string[]> {
  const { connect } = await import("node:net");
  const socket = connect(server.port, server.host);
  let seen = "";
  socket.setEncoding("utf8").on("data", (text: string) => (seen += text));
  socket.write("MONITOR\r\n");
  await waitUntil(() => seen.includes("+OK"), { what: "the monitor is on", timeoutMs: 10_000 });
  await work();
  await server.call("ECHO", "the end");
  await waitUntil(() => seen.includes("the end"), { what: "the monitor has seen everything", timeoutMs: 10_000 });
  socket.destroy();
  return seen.split("\r\n").filter((line) => /^\+\d/.test(line) && !line.includes("the end"));
}

describe.concurrent.each(all)("sentinels of $name", ({ name: release }) => {
  it("answer what a Sentinel has", async () => {
    const { sentinels, masterName } = await startSentinelGroup({ release, sentinels: 1, replicas: 0 });
    const [first] = sentinels as [RedisServer];
    let tilt: boolean;
    let observation: Observation;
    // It is held against its own word, before and after.
    do {
      tilt = await isInTilt(first);
      observation = await observeLive(sentinels, { kind: "sentinel", sampleMs: 0 });
    } while ((await isInTilt(first)) !== tilt);
    const sentinel = nodesOf(observation).find(({ node }) => node.family === "sentinel");
    if (sentinel === undefined) throw new Error("no sentinel was observed");
    expect(Object.keys(sentinel.facts).sort()).toEqual(["clients", "reachability", "sentinel", "server"]);
    expect(missingOf(sentinel)).toEqual({});
    expect(valueOf(sentinel, "server").mode).toBe("sentinel");
    expect(valueOf(sentinel, "sentinel")).toMatchObject({ tilt, masters: [{ name: masterName, quorum: 1 }] });
  });
});

describe("a login that may not ask", () => {
  it.each(all)("is told so topic by topic, and leaves no error in the window, on $name", async ({ name: release }) => {
    const server = await startRedis({ release });
    await server.call("ACL", "SETUSER", "ops", "on", ">theirs", "+ping", "+info");
    const options: LiveOptions = { username: "ops", password: "theirs", sampleMs: 20, profile: { discover: false } };
    const node = firstOf(await observeLive([server], options));
    const refused = ["config", "acl", "memoryStats", "clusterInfo", "clusterView", "modules"];
    const alsoRefused = ["slowlog", "latency", "clientList"];
    expect(missingOf(node)).toEqual({
      ...Object.fromEntries([...refused, ...alsoRefused].map((topic) => [topic, "not-permitted"])),
      ...notSupported("slotMigrations", ...tooOldFor(release)),
    });
    const { errors, counters } = valueOf(node, "window");
    expect(errors ?? {}).toEqual({});
    expect(counters["acl_access_denied_cmd"] ?? 0).toBe(0);
  });

  it("is told so by renamed commands too", async () => {
    const server = await startRedis({ args: ["--rename-command", "CONFIG", "hidden"] });
    expect(missingOf(firstOf(await observeLive([server], { sampleMs: 0 })))).toMatchObject({ config: "not-permitted" });
  });
});

describe("what happens during the sample", () => {
  it("keeps the first sample of a node that dies", async () => {
    const server = await startRedis();
    const node = firstOf(await observeLive([server], { sampleMs: 20, during: () => server.kill() }));
    expect(valueOf(node, "reachability")).toMatchObject({ reachable: false, failure: { cause: "fell-silent" } });
    expect(valueOf(node, "server").uptimeSeconds).not.toBeNull();
    expect(missingOf(node)).toMatchObject({ window: "not-sampled", slowlog: "unreachable" });
  });

  it("makes up no rate when the counters were reset", async () => {
    const server = await startRedis();
    const during = async () => {
      await server.call("CONFIG", "RESETSTAT");
    };
    const node = firstOf(await observeLive([server], { sampleMs: 20, during }));
    expect(missingOf(node)).toMatchObject({ window: "not-sampled" });
    expect(valueOf(node, "counters")).toHaveProperty("total_commands_processed");
  });

  it("counts what was done within it, and nothing from before", async () => {
    const server = await startRedis();
    await server.call("GET", "before");
    const during = async () => {
      await server.call("GET", "within");
      await server.call("NOSUCHCOMMAND").catch(() => undefined);
    };
    const window = valueOf(firstOf(await observeLive([server], { sampleMs: 20, during })), "window");
    expect(window).toMatchObject({ basis: "sample", counters: { keyspace_misses: 1 }, errors: { ERR: 1 } });
    expect(window.commands["get"]).toMatchObject({ calls: 1 });
    expect(window.seconds).toBeGreaterThan(0);
  });
});

describe("a server that reads its dataset", () => {
  it("is reported with the time it still needs, and not waited for", async () => {
    const slowly = { "key-load-delay": "10000", "loading-process-events-interval-bytes": "1024" };
    const server = await startRedis({ config: slowly });
    const script = "for i = 1, 2000 do redis.call('SET', 'k' .. i, string.rep('x', 512)) end";
    await server.call("EVAL", script, "0");
    await server.call("SAVE");
    await server.stop();
    const started = server.start();
    let observed: ObservedNode | undefined;
    await waitUntil(
      async () => {
        observed = firstOf(await observeLive([server], { sampleMs: 0 }));
        return observed.facts.loading?.ok === true && observed.facts.loading.value.loading;
      },
      { what: "the server is seen loading", timeoutMs: 20_000 },
    );
    if (observed === undefined) throw new Error("nothing was observed");
    expect(valueOf(observed, "loading").etaSeconds).toBeGreaterThanOrEqual(0);
    expect(valueOf(observed, "reachability")).toMatchObject({
      reachable: true,
      pingError: expect.stringContaining("LOADING") as string,
    });
    await server.call("CONFIG", "SET", "key-load-delay", "0");
    await started;
    expect(valueOf(firstOf(await observeLive([server], { sampleMs: 0 })), "loading").loading).toBe(false);
  });
});
