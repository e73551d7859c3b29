import { describe, expect, it } from "vitest";
import { checkRequest } from "../../../../src/plan/eviction/check-request.js";

const redis = (wanted: Record<string, string>) => checkRequest({ redis: wanted, memcached: {} }, "redis");
const memcached = (wanted: Record<string, string>) => checkRequest({ redis: {}, memcached: wanted }, "memcached");

describe("checkRequest", () => {
  it.each([
    ["maxmemory-samples", "1", "64", "0", "65"],
    ["maxmemory-eviction-tenacity", "0", "100", "-1", "101"],
    ["lfu-log-factor", "0", "2147483647", "-1", "2147483648"],
    ["lfu-decay-time", "0", "1", "1.5", "one"],
  ])("takes %s on both ends of its range and nothing beyond", (name, least, most, below, above) => {
    for (const value of [least, most]) expect(redis({ [name]: value })).toEqual({ [name]: value });
    for (const value of [below, above]) expect(redis({ [name]: value })).toMatchObject({ code: "out-of-range" });
  });

  it("suggests the nearest policy", () => {
    expect(redis({ "maxmemory-policy": "alkeys-lru" })).toMatchObject({
      code: "unknown-policy",
      message: expect.stringContaining("allkeys-lru") as string,
    });
  });

  it("brings Memcached's values into the form that stats settings has", () => {
    expect(memcached({ "lru tune": "20, 40, 0.20, 2.0", "lru temp_ttl": "060" })).toEqual({
      "lru tune": "20,40,0.2,2",
      "lru temp_ttl": "60",
    });
    expect(memcached({ "lru tune": "40,40,0.2,2" })).toMatchObject({ "lru tune": "40,40,0.2,2" });
    for (const tune of ["40,41,0.2,2", "20,40,0,2", "20,40,0.125,2", "20,40"])
      expect(memcached({ "lru tune": tune })).toMatchObject({ code: "out-of-range" });
    expect(memcached({ "lru temp_ttl": "-1" })).toMatchObject({ code: "out-of-range" });
    expect(memcached({ "slabs automove": "3" })).toMatchObject({ code: "out-of-range" });
  });

  it("refuses what is of the other kind of server, and nothing at all", () => {
    expect(checkRequest({ redis: {}, memcached: { lru_crawler: "on" } }, "redis")).toMatchObject({
      code: "not-memcached",
    });
    expect(checkRequest({ redis: { maxmemory: "1" }, memcached: {} }, "memcached")).toMatchObject({
      code: "memcached-has-no-policy",
    });
    expect(redis({})).toMatchObject({ code: "nothing-to-set" });
  });
});
