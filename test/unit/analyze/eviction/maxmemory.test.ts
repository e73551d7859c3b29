import { describe, expect, it } from "vitest";
import { adviceFor, many, mebibyte } from "../../../support/eviction-views.js";
import { redisNode } from "../../../support/facts.js";

const gibibyte = 1024 * mebibyte;
const missing = { keyspace_hits: 1_500, keyspace_misses: 1_500, evicted_keys: 300 };
const inUse = many(200, { idleSeconds: 10 });

describe("the limit", () => {
  it("stays where what is in use fits, however full it is", () => {
    const keys = [...many(100, { idleSeconds: 10 }), ...many(100)];
    expect(adviceFor({ keys, usedBytes: 99 * mebibyte }).maxmemory).toMatchObject({
      chosenBytes: 100 * mebibyte,
      priority: null,
    });
  });

  it("is raised where what is in use does not fit and keys are evicted", () => {
    const { maxmemory, doubts } = adviceFor({
      keys: inUse,
      usedBytes: 98 * mebibyte,
      overrides: { window: { counters: missing } },
    });
    expect(maxmemory).toMatchObject({ chosenBytes: 140 * mebibyte, priority: "medium" });
    expect(doubts.some(({ unsure }) => unsure.includes("evicted keys are gone"))).toBe(true);
  });

  it("stays where lookups hit although keys are evicted", () => {
    const overrides = { window: { counters: { ...missing, keyspace_hits: 9_500, keyspace_misses: 500 } } };
    expect(adviceFor({ keys: inUse, overrides }).maxmemory.priority).toBeNull();
  });

  it("leaves a store that is four fifths full room, and one that is less as it is", () => {
    const limitAt = (megabytes: number) =>
      adviceFor({ role: "store", policy: "noeviction", keys: inUse, usedBytes: megabytes * mebibyte }).maxmemory
        .chosenBytes;
    expect(limitAt(80)).toBe(114 * mebibyte);
    expect(limitAt(79)).toBe(100 * mebibyte);
  });

  it("is never more than three quarters of the host, shared by the nodes on it and less fragmentation", () => {
    const choose = (memory: object, role: "store" = "store") =>
      adviceFor({ role, policy: "noeviction", keys: inUse, usedBytes: 95 * mebibyte, overrides: { memory } }).maxmemory;
    expect(choose({ totalSystemBytes: 160 * mebibyte, fragmentationRatio: 1 }).chosenBytes).toBe(120 * mebibyte);
    expect(choose({ totalSystemBytes: 160 * mebibyte, fragmentationRatio: 1.1 }).chosenBytes).toBe(109 * mebibyte);
    expect(choose({ totalSystemBytes: 140 * mebibyte })).toMatchObject({ chosenBytes: 100 * mebibyte, priority: null });
    expect(choose({ totalSystemBytes: null }).chosenBytes).toBeNull();
  });

  it("counts the nodes of the target on one host", () => {
    const memory = {
      usedBytes: 95 * mebibyte,
      maxmemoryBytes: 100 * mebibyte,
      totalSystemBytes: 320 * mebibyte,
      fragmentationRatio: 1,
    };
    const nodes = [
      redisNode({ memory }),
      redisNode({ node: { address: "10.0.0.5:6380", role: "replica" }, replication: { role: "replica" }, memory }),
    ];
    expect(adviceFor({ role: "store", keys: inUse, nodes }).maxmemory.chosenBytes).toBe(120 * mebibyte);
  });

  it("where there is none is twice the peak, and what the host holds at most", () => {
    const choose = (usedBytes: number) => adviceFor({ keys: inUse, maxmemoryBytes: 0, usedBytes }).maxmemory;
    expect(choose(mebibyte)).toMatchObject({ currentBytes: 0, chosenBytes: 100 * mebibyte, priority: "medium" });
    expect(choose(gibibyte).chosenBytes).toBeLessThanOrEqual(2 * gibibyte);
    expect(choose(9 * gibibyte).chosenBytes).toBeLessThanOrEqual(12 * gibibyte);
    expect(choose(12 * gibibyte).chosenBytes).toBeNull();
  });

  it("that is more than the host can hold is lowered where the data fits", () => {
    const choose = (usedBytes: number) =>
      adviceFor({ keys: inUse, maxmemoryBytes: 15 * gibibyte, usedBytes }).maxmemory;
    expect(choose(gibibyte)).toMatchObject({ priority: "medium" });
    expect(choose(gibibyte).chosenBytes).toBeLessThanOrEqual(12 * gibibyte);
    expect(choose(12 * gibibyte).chosenBytes).toBeNull();
  });

  it("cannot be justified where idle times are not known", () => {
    const sample = {
      refused: [
        { command: "OBJECT IDLETIME", cause: "not-permitted" as const, reason: "NOPERM", nodes: ["10.0.0.5:6379"] },
      ],
    };
    const { maxmemory, doubts } = adviceFor({
      keys: many(200, { idleSeconds: null }),
      usedBytes: 95 * mebibyte,
      sample,
    });
    expect(maxmemory).toMatchObject({ chosenBytes: 100 * mebibyte, confidence: "low", priority: null });
    expect(doubts.map(({ unsure }) => unsure).join()).toContain("How much of the data is in use");
  });

  it("of a server that has just begun is not judged by what it has not seen yet", () => {
    const { maxmemory, doubts } = adviceFor({
      keys: inUse,
      usedBytes: 95 * mebibyte,
      overrides: { server: { uptimeSeconds: 100 } },
    });
    expect(maxmemory.confidence).toBe("low");
    expect(doubts.map(({ unsure }) => unsure).join()).toContain("has not run for long enough");
  });
});

describe("what is unsure", () => {
  const unsureOf = (scene: Parameters<typeof adviceFor>[0]) =>
    adviceFor(scene)
      .doubts.map(({ unsure }) => unsure)
      .join("\n");

  it("names a hit rate without lookups", () => {
    const overrides = { window: { counters: { keyspace_hits: 60, keyspace_misses: 39 } } };
    expect(unsureOf({ keys: inUse, overrides })).toContain("99 lookups in the window");
    expect(unsureOf({ keys: inUse })).not.toContain("lookups in the window");
  });

  it("names a sample that is too small", () => {
    expect(unsureOf({ keys: many(99), sample: { totalKeys: 5_000 } })).toContain("only 99 of 5000");
    expect(unsureOf({ keys: many(100), sample: { totalKeys: 5_000 } })).not.toContain("only 100");
  });

  it("names idle times that LFU does not keep", () => {
    expect(unsureOf({ policy: "allkeys-lfu", keys: many(200, { idleSeconds: null, frequency: 50 }) })).toContain(
      "counters instead of idle times",
    );
  });

  it("names sizes that may not be asked, and what could not be seen at all", () => {
    const refused = [
      { command: "MEMORY USAGE", cause: "not-permitted" as const, reason: "NOPERM", nodes: ["10.0.0.5:6379"] },
    ];
    const text = unsureOf({ keys: many(200, { bytes: null }), sample: { refused, gaps: ["10.0.0.6:6379 went away"] } });
    expect(text).toContain("How large the keys are");
    expect(text).toContain("10.0.0.6:6379 went away");
  });

  it("names first evictions after noeviction, and is silent where all is known", () => {
    expect(unsureOf({ policy: "noeviction", keys: inUse })).toContain("the keys that came first stay");
    expect(unsureOf({ keys: many(200) })).toBe("");
  });
});
