import { describe, expect, it } from "vitest";
import { scanTarget, type TargetScan } from "../../src/collect/keyspace/scan-target.js";
import type { ScanPosition } from "../../src/collect/keyspace/scan-node.js";
import type { ScanOptions } from "../../src/collect/keyspace/scan-options.js";
import { observeTarget } from "../../src/collect/observe-target.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Profile } from "../../src/model/profile.js";
import { liveProfile, type LiveOptions } from "../support/live.js";
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

/** The oldest and the newest. */
const two = [...new Set([all[0], all.at(-1)])].filter((release) => release !== undefined);

const everything: ScanOptions = {
  from: "primaries",
  database: null,
  match: null,
  type: null,
  sampleRatio: 1,
  limitKeys: null,
  ratePerSecond: null,
  maxLatencyMs: 10_000,
  touch: false,
  frequencies: false,
};

const clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

async function scan(
  seeds: { host: string; port: number }[],
  live: LiveOptions,
  options: Partial<ScanOptions> = {},
  from: Record<string, ScanPosition> = {},
): Promise<TargetScan & { names: string[] }> {
  const profile: Profile = liveProfile(seeds, live);
  const fleet = await openFleet(profile, new AbortController().signal);
  const names: string[] = [];
  try {
    const observed = await observeTarget(fleet, profile.identity, 0, clock);
    const result = await scanTarget(fleet, observed, { ...everything, ...options }, from, {
      clock,
      random: () => 0,
      onPage: (page) => names.push(...page.names.map((name) => `${page.database} ${name}`)),
      onProgress: () => {},
      budget: { left: Infinity },
      stopped: () => false,
    });
    return { ...result, names: names.sort() };
  } finally {
    fleet.close();
  }
}

async function fill(server: RedisServer): Promise<string[]> {
  for (let i = 0; i < 50; i++) await server.call("HSET", `key:${i}`, "f", "v");
  return Array.from({ length: 50 }, (_, i) => `0 key:${i}`).sort();
}

async function untilCopied(replica: RedisServer, count: number): Promise<void> {
  await waitUntil(async () => (await replica.call("DBSIZE")) === count, {
    what: "the replica has all keys",
    timeoutMs: 20_000,
  });
}

describe.each(two)("a target of $name", ({ name: release }) => {
  it("is read from the replicas of a standalone primary", async () => {
    const primary = await startRedis({ release });
    const replica = await startRedis({ release, config: { replicaof: `${primary.host} ${primary.port}` } });
    const names = await fill(primary);
    await untilCopied(replica, 50);
    const read = await scan([primary], {}, { from: "replicas" });
    expect(read.facts).toMatchObject({ complete: true, gaps: [] });
    expect(read.facts.nodes).toMatchObject([{ node: replica.address, role: "replica", seenKeys: 50 }]);
    expect(read.names).toEqual(names);
  });

  it("is read from a replica that Sentinel names", async () => {
    const group = await startSentinelGroup({ release });
    const names = await fill(group.primary);
    for (const replica of group.replicas) await untilCopied(replica, 50);
    const live = { kind: "sentinel" as const, profile: { masterName: group.masterName } };
    const read = await scan(group.sentinels, live, { from: "replicas" });
    expect(read.facts).toMatchObject({ complete: true, gaps: [] });
    expect(group.replicas.map(({ address }) => address)).toContain(read.facts.nodes[0]?.node);
    expect(read.names).toEqual(names);
  });

  it("says that a replica of a cluster does not answer a login that may not call READONLY", async () => {
    const cluster = await startCluster({ release });
    for (const node of cluster.nodes)
      await node.call("ACL", "SETUSER", "ops", "on", ">secret", "~*", "+@all", "-readonly");
    for (const primary of cluster.primaries)
      await waitUntil(() => ownKey(primary), { what: "a key", timeoutMs: 20_000 });
    for (const replica of cluster.replicas) await untilCopied(replica, 1);
    const login = { kind: "cluster" as const, username: "ops", password: "secret" };
    const refused = await scan(cluster.primaries, login, { from: "replicas" });
    expect(refused.names).toEqual([]);
    expect(refused.facts.nodes).toHaveLength(3);
    for (const { gap, vanishedKeys } of refused.facts.nodes) {
      expect(gap).toMatch(/is a replica, which only answers who may call READONLY: .*NOPERM/);
      expect(gap).not.toContain("moved");
      expect(vanishedKeys).toBe(0);
    }
    const allowed = await scan(cluster.primaries, { kind: "cluster" }, { from: "replicas" });
    expect(allowed.facts).toMatchObject({ complete: true, gaps: [] });
    expect(allowed.names).toHaveLength(3);
  });

  it("says which keys may be counted twice when an earlier run read a node that this one does not", async () => {
    const server = await startRedis({ release });
    const names = await fill(server);
    const first = await scan([server], {});
    const [position] = Object.values(first.positions);
    if (position === undefined) throw new Error("the scan left no position");
    const second = await scan([server], {}, {}, { "10.0.0.9:6379": position });
    expect(second.names).toEqual(names);
    expect(second.facts.complete).toBe(false);
    expect(second.facts.gaps).toEqual([expect.stringMatching(/^10\.0\.0\.9:6379 was read by an earlier run .*twice$/)]);
    // Another run is told the same.
    expect(Object.keys(second.positions).sort()).toEqual(["10.0.0.9:6379", server.address].sort());
    const untouched = structuredClone(position);
    untouched.scan.seenKeys = 0;
    expect((await scan([server], {}, {}, { "10.0.0.9:6379": untouched })).facts.gaps).toEqual([]);
  });
});

/** Writes the first of some keys that this node's slots take. */
async function ownKey(primary: RedisServer): Promise<boolean> {
  for (let i = 0; i < 200; i++) {
    const answer = await primary.call("SET", `key:${i}`, "v").catch(() => null);
    if (answer === "OK") return true;
  }
  return false;
}
