import { describe, expect, it } from "vitest";
import { clusterSlotsOpen } from "../../../../src/analyze/rules/cluster-slots-open.js";
import { missing } from "../../../../src/model/fact.js";
import type { ClusterViewNode } from "../../../../src/model/facts.js";
import { changed, clusterOf, nodeId, sixMembers } from "../../../support/cluster-views.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const cluster = (changes: Record<string, Partial<ClusterViewNode>>) => clusterOf(changed(sixMembers(), changes));
const migrating = [{ slot: 93, to: nodeId("p2") }];
const importing = [{ slot: 93, from: nodeId("p1") }];

const commandsOf = (changes: Record<string, Partial<ClusterViewNode>>, extra = [] as ReturnType<typeof clusterOf>) =>
  judge(clusterSlotsOpen, [...cluster(changes), ...extra]).findings[0]?.commands;

describe("cluster-slots-open", () => {
  it("reports a move in progress as high and only counts keys, since closing would hide moved ones", () => {
    const { findings } = judge(clusterSlotsOpen, cluster({ p1: { migrating }, p2: { importing } }));
    expect(findings).toMatchObject([{ priority: "high", nodes: ["10.0.0.1:6379", "10.0.0.2:6379"] }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "slot 93", value: `[93->-${nodeId("p2")}]` }),
    );
    expect(commandsOf({ p1: { migrating }, p2: { importing } })).toEqual([
      { kind: "shell", line: "cachectl cluster fix -p test" },
      { kind: "server", node: "10.0.0.1:6379", argv: ["CLUSTER", "COUNTKEYSINSLOT", "93"] },
      { kind: "server", node: "10.0.0.2:6379", argv: ["CLUSTER", "COUNTKEYSINSLOT", "93"] },
    ]);
  });

  it("closes a slot that only its owner has open", () => {
    expect(commandsOf({ p1: { migrating } })).toEqual([
      { kind: "server", node: "10.0.0.1:6379", argv: ["CLUSTER", "SETSLOT", "93", "STABLE"] },
    ]);
  });

  it("does not close it while a node that may be importing was not seen", () => {
    const unseen = redisNode({
      node: { address: "10.0.0.7:6379" },
      clusterView: missing("unreachable", "no connection"),
    });
    expect(commandsOf({ p1: { migrating } }, [unseen])).toMatchObject([{ argv: ["CLUSTER", "COUNTKEYSINSLOT", "93"] }]);
  });

  it("does not close a slot that a node imports from an owner who no longer moves it", () => {
    expect(commandsOf({ p2: { importing } })).toMatchObject([
      { line: "cachectl cluster fix -p test" },
      { argv: ["CLUSTER", "COUNTKEYSINSLOT", "93"] },
    ]);
  });

  it("closes an import that was left open on the slot's owner", () => {
    expect(commandsOf({ p1: { importing: [{ slot: 93, from: nodeId("p2") }] } })).toMatchObject([
      { argv: ["CLUSTER", "SETSLOT", "93", "STABLE"] },
    ]);
  });

  it("keeps the kinds apart and bounds their evidence", () => {
    const many = Array.from({ length: 30 }, (_, slot) => ({ slot, to: nodeId("p2") }));
    const { findings } = judge(clusterSlotsOpen, cluster({ p1: { migrating: many }, p3: { importing } }));
    expect(findings).toHaveLength(2);
    const owner = findings.find(({ nodes }) => nodes.includes("10.0.0.1:6379"));
    expect(owner?.commands).toHaveLength(20);
    expect(owner?.evidence).toContainEqual(expect.objectContaining({ fact: "open slots", value: 30 }));
  });

  it("ignores what a replica repeats from its primary", () => {
    expect(judge(clusterSlotsOpen, cluster({ r4: { migrating } })).outcome).toBe("healthy");
  });

  it("finds a cluster with closed slots healthy", () => {
    expect(judge(clusterSlotsOpen, cluster({})).outcome).toBe("healthy");
  });

  it("cannot judge without CLUSTER NODES", () => {
    const denied = redisNode({ clusterView: missing("not-permitted", "CLUSTER is not permitted") });
    expect(judge(clusterSlotsOpen, denied)).toMatchObject({ outcome: "cannot-judge", findings: [] });
  });
});
