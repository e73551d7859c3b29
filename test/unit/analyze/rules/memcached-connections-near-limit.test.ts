import { describe, expect, it } from "vitest";
import { memcachedConnectionsNearLimit } from "../../../../src/analyze/rules/memcached-connections-near-limit.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const connected = (current: number) =>
  judge(
    memcachedConnectionsNearLimit,
    memcachedNode({ memcachedStats: { numbers: { curr_connections: current, max_connections: 1_000 } } }),
  );

describe("memcached-connections-near-limit", () => {
  it.each([
    [800, "medium"],
    [949, "medium"],
    [950, "critical"],
    [1_000, "critical"],
  ])("reports %i of 1000 connections as %s", (current, priority) => {
    const { findings } = connected(current);
    expect(findings).toMatchObject([{ priority }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "curr_connections", value: current }));
  });

  it("finds 79.9 % healthy", () => {
    expect(connected(799).outcome).toBe("healthy");
  });

  it("counts the descriptors that the threads hold, which the server counts too", () => {
    const numbers = { curr_connections: 700, max_connections: 1_000, reserved_fds: 100 };
    const [finding] = judge(memcachedConnectionsNearLimit, memcachedNode({ memcachedStats: { numbers } })).findings;
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "reserved_fds", value: 100 }));
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "utilization", value: 80 }));
  });

  it("cannot judge without the limit or without stats", () => {
    const node = memcachedNode({ memcachedStats: { numbers: without("max_connections") } });
    expect(judge(memcachedConnectionsNearLimit, node).outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedStats: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedConnectionsNearLimit, denied).outcome).toBe("cannot-judge");
  });
});
