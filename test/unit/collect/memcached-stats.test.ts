import { describe, expect, it } from "vitest";
import { parseMemcachedItems, parseMemcachedSlabs, parseMemcachedStats } from "../../../src/collect/memcached-stats.js";

describe("stats", () => {
  it("reads version, uptime and every number", () => {
    const stats = {
      pid: "7",
      uptime: "100",
      version: "1.6.45",
      pointer_size: "64",
      rusage_user: "0.12",
      libevent: "2.1",
    };
    expect(parseMemcachedStats({ ...stats, libevent: "2.1.12-stable" })).toEqual({
      version: "1.6.45",
      uptimeSeconds: 100,
      pointerSize: 64,
      numbers: { pid: 7, uptime: 100, pointer_size: 64, rusage_user: 0.12 },
    });
  });

  it("does not make up a version or an uptime", () => {
    expect(parseMemcachedStats({ pid: "7" })).toMatchObject({ version: "unknown", uptimeSeconds: null });
  });

  it("reads nothing from an answer that is not stats", () => {
    expect(parseMemcachedStats({ "items:1:number": "1" })).toBeNull();
  });
});

describe("stats items", () => {
  it("reads the numbers of each slab class", () => {
    expect(
      parseMemcachedItems({ "items:5:number": "3", "items:5:evicted_time": "12", "items:31:number": "1" }),
    ).toEqual({
      "5": { number: 3, evicted_time: 12 },
      "31": { number: 1 },
    });
  });

  it("is empty on an empty server", () => {
    expect(parseMemcachedItems({})).toEqual({});
  });
});

describe("stats slabs", () => {
  it("reads classes and totals", () => {
    const stats = { "5:chunk_size": "240", "5:total_chunks": "4369", active_slabs: "1", total_malloced: "1048576" };
    expect(parseMemcachedSlabs(stats)).toEqual({
      classes: { "5": { chunk_size: 240, total_chunks: 4_369 } },
      activeSlabs: 1,
      totalMallocedBytes: 1_048_576,
    });
  });

  it("knows no totals that are not reported", () => {
    expect(parseMemcachedSlabs({})).toEqual({ classes: {}, activeSlabs: null, totalMallocedBytes: null });
  });
});
