import { describe, expect, it } from "vitest";
import { latencyAdvice } from "../../../src/analyze/latency-events.js";

describe("latency advice", () => {
  it.each([
    ["command", "SLOWLOG"],
    ["fast-command", "intrinsic-latency"],
    ["fork", "huge pages"],
    ["rdb-unlink-temp-file", "local disk"],
    ["aof-write", "local disk"],
    ["aof-write-alone", "local disk"],
    ["aof-fstat", "local disk"],
    ["aof-rename", "local disk"],
    ["aof-write-pending-fsync", "no-appendfsync-on-rewrite"],
    ["aof-write-active-child", "no-appendfsync-on-rewrite"],
    ["aof-fsync-always", "everysec"],
    ["expire-cycle", "TTLs"],
    ["eviction-cycle", "lazyfree-lazy-eviction"],
    ["eviction-del", "lazyfree-lazy-eviction"],
    ["active-defrag-cycle", "active-defrag-cycle-max"],
  ])("names what helps against %s", (event, remedy) => {
    expect(latencyAdvice(event)).toContain(remedy);
  });

  it("sends an event that it does not know to LATENCY DOCTOR", () => {
    expect(latencyAdvice("cluster-config-fsync")).toContain("LATENCY DOCTOR");
  });
});
