import { describe, expect, it } from "vitest";
import type { ClusterTopology } from "../../../src/model/cluster-topology.js";
import type { NewNodeState } from "../../../src/model/new-node.js";
import { checkNewcomers } from "../../../src/plan/check-newcomers.js";
import { idOf, known, member, newNode } from "../../support/new-nodes.js";

const [a, b] = [member("a"), member("b")];

function topologyOf(nodes: ClusterTopology["nodes"]): ClusterTopology {
  return { nodes, uncovered: [], obstacles: [], fingerprint: "" };
}

function problems(changes: Partial<NewNodeState>, nodes = [a, b]): string[] {
  return checkNewcomers(topologyOf(nodes), [newNode("n", changes)]).map(({ message }) => message);
}

describe("nodes that are to join a cluster", () => {
  it("are fit when they are empty and alone", () => {
    expect(problems({})).toEqual([]);
  });

  it("are fit when an earlier run has let them join, also as a replica that holds its primary's keys", () => {
    const joined = [a, b, member("n", { slots: [] })];
    expect(problems({ knows: [known("a"), known("b")] }, joined)).toEqual([]);
    const follows = { role: "replica", primaryId: idOf("a") } as const;
    const replica = [a, b, member("n", { ...follows, slots: [] })];
    expect(problems({ ...follows, keys: 7, knows: [known("a"), known("b")] }, replica)).toEqual([]);
  });

  it.each<[string, Partial<NewNodeState>, string]>([
    ["hold keys", { keys: 7 }, "it holds 7 keys"],
    [
      "know a node that is no member: two clusters would merge",
      { knows: [known("z")] },
      "it already knows other nodes",
    ],
    ["own slots", { slots: [[5, 5]] }, "it owns slots"],
    ["are older than a primary", { version: "8.1.0" }, "it runs valkey 8.1.0, and a:6379 runs 9.1.0"],
    ["are older by the second number", { version: "9.0.4" }, "it runs valkey 9.0.4, and a:6379 runs 9.1.0"],
    ["run Redis where the cluster runs Valkey", { product: "redis", version: "9.1.0" }, "it runs Redis 9.1.0"],
  ])("are refused when they %s", (_, changes, message) => {
    const found = problems(changes);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it("may be newer than the cluster, and of Valkey where it runs Redis: that is how fleets are upgraded", () => {
    expect(problems({ version: "9.2.0" })).toEqual([]);
    expect(problems({}, [member("a", { product: "redis", version: "7.2.4" })])).toEqual([]);
  });

  it("are refused when two names lead to one node", () => {
    const [n, twin] = [newNode("n"), newNode("m", { id: idOf("n") })];
    expect(checkNewcomers(topologyOf([a, b]), [n, twin])).toMatchObject([
      { address: "m:6379", message: "it is the same node as n:6379" },
    ]);
  });
});
