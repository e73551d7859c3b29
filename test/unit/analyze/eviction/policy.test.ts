import { describe, expect, it } from "vitest";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { adviceFor, many, mebibyte, sampled } from "../../../support/eviction-views.js";

const lock = { ttlMs: -1, bytes: 100 };
const evicting = { window: { counters: { evicted_keys: 300, keyspace_hits: 1_500, keyspace_misses: 1_500 } } };

describe("a cache", () => {
  it("that refuses writes at its limit evicts by last use, urgently", () => {
    const { policy, command } = adviceFor({ policy: "noeviction", usedBytes: 95 * mebibyte, keys: many(200) });
    expect(policy).toMatchObject({ chosen: "allkeys-lru", confidence: "high", priority: "high" });
    expect(command).toBe("cachectl evict-policy set allkeys-lru -p test");
  });

  it.each([
    [79, "low"],
    [80, "medium"],
    [89, "medium"],
    [90, "high"],
  ])("at %i %% of its limit under noeviction is of priority %s", (percent, priority) => {
    const { policy } = adviceFor({ policy: "noeviction", usedBytes: percent * mebibyte, keys: many(200) });
    expect(policy).toMatchObject({ chosen: "allkeys-lru", priority });
  });

  it("that refused writes within the window is urgent however full it looks", () => {
    const overrides = { window: { errors: { OOM: 3 } } };
    expect(
      adviceFor({ policy: "noeviction", usedBytes: 60 * mebibyte, keys: many(200), overrides }).policy.priority,
    ).toBe("high");
  });

  it.each([
    ["locks", sampled({ ...lock, name: "lock:order:7" })],
    ["tag sets", sampled({ ...lock, name: "tag:news", type: "set" })],
    ["queues", sampled({ ...lock, name: "queue:mails", type: "list" })],
    ["queues", sampled({ ...lock, name: "events", type: "stream" })],
  ])("with %s that have no TTL evicts only what has one", (kind, key) => {
    const { policy } = adviceFor({ policy: "allkeys-lru", keys: [...many(200), key] });
    expect(policy).toMatchObject({ chosen: "volatile-lru", priority: "high" });
    expect(policy.reasons[0]?.because).toContain(kind);
    expect(policy.reasons[0]?.because).toContain(key.name);
  });

  it("takes no lock for one that has a TTL", () => {
    const keys = [...many(200), sampled({ name: "lock:order:7" })];
    expect(adviceFor({ policy: "allkeys-lru", keys }).policy.chosen).toBe("allkeys-lru");
  });

  it("whose keys and locks alike have no TTL keeps its policy and is told to part them", () => {
    const keys = [...many(200, { ttlMs: -1 }), sampled({ ...lock, name: "lock:order:7" })];
    const { policy, further, command } = adviceFor({ policy: "allkeys-lru", keys });
    expect(policy).toMatchObject({ chosen: "allkeys-lru", confidence: "low", priority: null });
    expect(further.map(({ id }) => id)).toEqual(["part-kept-keys"]);
    expect(command).toBeNull();
  });

  it.each([
    [19, "part-kept-keys"],
    [20, undefined],
  ])("with %i %% of its bytes under a TTL beside locks: further advice %s", (percent, id) => {
    const keys = [
      ...many(percent, { bytes: 100 }),
      ...many(99 - percent, { bytes: 100, ttlMs: -1 }),
      sampled({ ...lock, name: "lock:1" }),
    ];
    expect(adviceFor({ policy: "noeviction", keys }).further[0]?.id).toBe(id);
  });

  it("without TTLs under a volatile policy, which is noeviction, evicts any key", () => {
    const { policy, further } = adviceFor({
      policy: "volatile-lru",
      usedBytes: 95 * mebibyte,
      keys: many(200, { ttlMs: -1 }),
    });
    expect(policy).toMatchObject({ chosen: "allkeys-lru", confidence: "medium", priority: "high" });
    expect(further.map(({ id }) => id)).toEqual(["set-ttls"]);
  });

  it("whose keys all have a TTL may stay with a volatile policy", () => {
    expect(adviceFor({ policy: "volatile-lru", keys: many(200) }).policy).toMatchObject({
      chosen: "volatile-lru",
      priority: null,
    });
  });

  it("under LFU stays there, since a change makes the server forget its counters", () => {
    const keys = [
      ...many(20, { idleSeconds: null, frequency: 180 }),
      ...many(180, { idleSeconds: null, frequency: 2 }),
    ];
    const { policy, use } = adviceFor({ policy: "allkeys-lfu", keys });
    expect(policy).toMatchObject({ chosen: "allkeys-lfu", confidence: "high", priority: null });
    expect(use.basis).toBe("frequency");
  });

  it("under LFU with no counter above the initial one is less sure of it", () => {
    const { policy } = adviceFor({ policy: "allkeys-lfu", keys: many(200, { idleSeconds: null, frequency: 5 }) });
    expect(policy).toMatchObject({ chosen: "allkeys-lfu", confidence: "low" });
  });

  it("that turns its memory over and misses is to try LFU, with a warning about the first evictions", () => {
    const keys = [...many(195, { idleSeconds: 20 }), ...many(5, { idleSeconds: 7_300 })];
    const { policy, doubts } = adviceFor({ policy: "allkeys-lru", keys, overrides: evicting });
    expect(policy).toMatchObject({ chosen: "allkeys-lfu", confidence: "low", priority: "medium" });
    expect(doubts.some(({ unsure }) => unsure.includes("redis#15375"))).toBe(true);
  });

  it("that evicts what was not used for long stays with LRU", () => {
    const keys = [...many(100, { idleSeconds: 20 }), ...many(100, { idleSeconds: 7_300 })];
    expect(adviceFor({ policy: "allkeys-lru", keys, overrides: evicting }).policy.chosen).toBe("allkeys-lru");
  });

  it("under a random policy goes by last use", () => {
    expect(adviceFor({ policy: "allkeys-random", keys: many(200) }).policy.chosen).toBe("allkeys-lru");
  });

  it("far below its limit has nothing to change, whatever its policy", () => {
    const { policy, maxmemory, command } = adviceFor({
      policy: "noeviction",
      usedBytes: 49 * mebibyte,
      keys: many(200),
    });
    expect(policy).toMatchObject({ chosen: "noeviction", priority: null });
    expect(maxmemory).toMatchObject({ chosenBytes: 100 * mebibyte, priority: null });
    expect(command).toBeNull();
  });

  it("is surest where nothing without a TTL was left unseen", () => {
    const sample = { totalKeys: 1_000 };
    const overrides = { keyspace: { databases: {}, keys: 1_000, expires: 990 } };
    const { policy, doubts } = adviceFor({ keys: many(200), sample, overrides });
    expect(policy).toMatchObject({ chosen: "allkeys-lru", confidence: "medium" });
    expect(doubts.find(({ unsure }) => unsure.startsWith("What 10 keys"))?.sureBy).toContain("--limit 1000");
  });
});

describe("what must not be lost", () => {
  it.each(["store", "queue"] as const)("a %s never evicts, also far below its limit", (role) => {
    for (const usedBytes of [10 * mebibyte, 95 * mebibyte])
      expect(adviceFor({ role, policy: "allkeys-lru", usedBytes, keys: many(200) }).policy).toMatchObject({
        chosen: "noeviction",
        confidence: "high",
        priority: usedBytes > 90 * mebibyte ? "high" : "medium",
      });
  });

  it("a store under a volatile policy loses only what has a TTL, so that it may stay", () => {
    const { policy } = adviceFor({ role: "store", policy: "volatile-ttl", keys: many(200) });
    expect(policy).toMatchObject({ chosen: "volatile-ttl", priority: null });
  });

  it("a session store with TTLs evicts those that nobody uses", () => {
    const { policy } = adviceFor({ role: "session", policy: "noeviction", keys: many(200, { name: "sess:1" }) });
    expect(policy).toMatchObject({ chosen: "volatile-lru", confidence: "high" });
  });

  it("a session store without TTLs is a guess", () => {
    const { policy } = adviceFor({
      role: "session",
      policy: "noeviction",
      keys: many(200, { name: "sess:1", ttlMs: -1 }),
    });
    expect(policy).toMatchObject({ chosen: "allkeys-lru", confidence: "low" });
  });
});

describe("where nobody said what the data is for", () => {
  it("only what has a TTL is put at risk", () => {
    const { policy, doubts } = adviceFor({ role: null, policy: "noeviction", keys: many(200) });
    expect(policy).toMatchObject({ chosen: "volatile-lru", confidence: "medium" });
    expect(doubts[0]).toMatchObject({ about: "policy", sureBy: expect.stringContaining("role:") as string });
  });

  it("nothing is said of the policy for keys without TTLs; only room can be given", () => {
    const { policy, command } = adviceFor({ role: null, policy: "noeviction", keys: many(200, { ttlMs: -1 }) });
    expect(policy).toMatchObject({ chosen: null, priority: null });
    expect(command).toBe(`cachectl evict-policy set noeviction --maxmemory ${128 * mebibyte} -p test`);
  });

  it("an allkeys policy in force counts as somebody's word", () => {
    expect(adviceFor({ role: null, policy: "allkeys-lru", keys: many(200, { ttlMs: -1 }) }).policy.chosen).toBe(
      "allkeys-lru",
    );
  });
});

describe("where it cannot be said", () => {
  it("an empty server gets what usually fits its role, or nothing", () => {
    const overrides = { keyspace: { databases: {}, keys: 0, expires: 0 } };
    const choose = (role: "cache" | "session" | null) =>
      adviceFor({ role, policy: "noeviction", keys: [], overrides }).policy;
    expect(choose("cache")).toMatchObject({ chosen: "allkeys-lru", confidence: "low" });
    expect(choose("session")).toMatchObject({ chosen: "volatile-lru", confidence: "low" });
    expect(choose(null).chosen).toBeNull();
  });

  it("a replica alone does not show what its primary sees", () => {
    const nodes = [redisNode({ node: { role: "replica" }, replication: { role: "replica" } })];
    const { policy, maxmemory, doubts } = adviceFor({ nodes, keys: [] });
    expect([policy.chosen, maxmemory.chosenBytes]).toEqual([null, null]);
    expect(doubts.some(({ sureBy }) => sureBy.includes("leads to the primary"))).toBe(true);
  });

  it("neither INFO keyspace nor a sample", () => {
    const overrides = { keyspace: missing("not-permitted", "INFO is refused") };
    expect(adviceFor({ keys: [], overrides }).policy.chosen).toBeNull();
  });
});
