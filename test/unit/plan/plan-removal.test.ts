import { describe, expect, it } from "vitest";
import type { ClusterNode, ClusterTopology } from "../../../src/model/cluster-topology.js";
import { planRemoval } from "../../../src/plan/plan-removal.js";

function member(name: string, changes: Partial<ClusterNode> = {}): ClusterNode {
  return {
    id: name.repeat(40).slice(0, 40),
    address: `${name}:6379`,
    announced: { host: name, port: 6379 },
    zone: null,
    role: "primary",
    primaryId: null,
    configEpoch: 1,
    slots: [[0, 100]],
    migrating: [],
    importing: [],
    reachable: true,
    failure: null,
    failing: false,
    product: "valkey",
    version: "9.1.0",
    keys: null,
    usedBytes: null,
    opsPerSecond: null,
    ...changes,
  };
}

const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => member(name)) as [
  ClusterNode,
  ClusterNode,
  ClusterNode,
  ClusterNode,
];
const replicaOf = (primary: ClusterNode, name: string, changes: Partial<ClusterNode> = {}) =>
  member(name, { role: "replica", primaryId: primary.id, slots: [], ...changes });

function plan(nodes: ClusterNode[], removed: ClusterNode[], allowFewPrimaries = false) {
  const topology: ClusterTopology = { nodes, uncovered: [], obstacles: [], fingerprint: "" };
  return planRemoval(
    topology,
    removed.map(({ id }) => id),
    { target: "prod", allowFewPrimaries },
  );
}

describe("taking nodes out of a cluster", () => {
  it("drains a primary and gives its replicas to the primaries that need one, never to one on their own host", () => {
    const [e, f, g] = [replicaOf(a, "e"), replicaOf(a, "f"), replicaOf(b, "g")];
    expect(plan([a, e, f, b, g, c, d], [a])).toEqual({
      removed: [{ id: a.id, address: "a:6379", reachable: true, role: "primary" }],
      drain: [{ id: a.id, address: "a:6379" }],
      rehome: [
        { replica: { id: e.id, address: "e:6379" }, primary: { id: c.id, address: "c:6379" } },
        { replica: { id: f.id, address: "f:6379" }, primary: { id: d.id, address: "d:6379" } },
      ],
    });
    const beside = replicaOf(a, "c", { id: "9".repeat(40), address: "c:6380" });
    expect(plan([a, beside, b, c, d], [a])).toMatchObject({ rehome: [{ primary: { address: "b:6379" } }] });
  });

  it("needs no drain for a replica or a dead node without slots", () => {
    const dead = replicaOf(a, "e", { reachable: false });
    expect(plan([a, dead, b, c], [dead])).toMatchObject({ drain: [], rehome: [], removed: [{ reachable: false }] });
  });

  it("refuses a dead primary that owns slots", () => {
    const dead = { ...a, reachable: false };
    expect(plan([dead, b, c, d], [dead])).toMatchObject({ code: "dead-owner" });
    const replica = replicaOf(a, "e");
    expect(plan([dead, replica, b, c, d], [dead])).toMatchObject({
      hint: expect.stringContaining("cluster failover -p prod --force e:6379") as string,
    });
  });

  it("refuses while a member that stays cannot be told", () => {
    const deaf = replicaOf(b, "f", { reachable: false });
    expect(plan([a, b, c, d, deaf], [a])).toMatchObject({ code: "member-unreachable" });
  });

  it("refuses to leave fewer than three primaries with slots, unless that is accepted, and never the last", () => {
    const empty = member("e", { slots: [] });
    expect(plan([a, b, c, empty], [a])).toMatchObject({ code: "few-primaries" });
    expect(plan([a, b, c], [a], true)).toMatchObject({ drain: [{ address: "a:6379" }] });
    expect(plan([a, empty], [a], true)).toMatchObject({ code: "last-primary" });
  });
});
