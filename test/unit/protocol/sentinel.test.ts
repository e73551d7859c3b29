import { describe, expect, it } from "vitest";
import { parseSentinelList, parseSentinelMasters } from "../../../src/protocol/sentinel.js";

const master = [
  ["name", "mymaster", "ip", "10.0.0.1", "port", "6379", "runid", "x", "flags", "s_down,o_down,master"],
  ["num-slaves", "2", "num-other-sentinels", "0", "quorum", "2", "config-epoch", "7"],
  ["down-after-milliseconds", "5000", "failover-timeout", "10000", "parallel-syncs", "1"],
].flat();

describe("parseSentinelMasters", () => {
  it("reads each master's address, flags and settings", () => {
    expect(parseSentinelMasters([master])).toEqual([
      {
        name: "mymaster",
        address: "10.0.0.1:6379",
        flags: ["s_down", "o_down", "master"],
        quorum: 2,
        otherSentinels: 0,
        replicas: 2,
        configEpoch: 7,
        downAfterMs: 5_000,
        failoverTimeoutMs: 10_000,
        parallelSyncs: 1,
      },
    ]);
  });

  it("puts an IPv6 address into brackets", () => {
    expect(parseSentinelMasters([["name", "m", "ip", "::1", "port", "6379"]])).toMatchObject([
      { address: "[::1]:6379", quorum: null },
    ]);
  });

  it("reads no master from an empty or foreign reply", () => {
    expect(parseSentinelMasters([])).toEqual([]);
    expect(parseSentinelMasters(null)).toEqual([]);
  });
});

describe("parseSentinelList", () => {
  it("reads a map for each node", () => {
    expect(parseSentinelList([["ip", "10.0.0.2", "port", "6379", "flags", "slave"]])).toEqual([
      { ip: "10.0.0.2", port: "6379", flags: "slave" },
    ]);
  });
});
