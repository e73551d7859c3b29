import { describe, expect, it } from "vitest";
import type { ClusterView } from "../../../src/model/cluster-views.js";
import type { ClusterViewNode } from "../../../src/model/facts.js";
import { contestedSlots, uncoveredSlots } from "../../../src/model/slot-owners.js";
import { changed, nodeId, sixMembers } from "../../support/cluster-views.js";

function viewOf(name: string, members: ClusterViewNode[]): ClusterView {
  const nodes = members.map((entry) => ({ ...entry, myself: entry.id === nodeId(name) }));
  const node = { address: name, family: "redis" as const, role: "primary" as const, cliArguments: [] };
  return { node, facts: { clusterView: { myId: nodeId(name), nodes } } };
}

describe("contestedSlots", () => {
  it("groups slots by the primaries that claim them, each by its own word", () => {
    const p2 = changed(sixMembers(), {
      p2: {
        slots: [
          [0, 1],
          [5461, 10_922],
        ],
      },
    });
    const p3 = changed(sixMembers(), {
      p3: {
        slots: [
          [1, 1],
          [10_923, 16_383],
        ],
      },
    });
    const contested = contestedSlots([viewOf("p1", sixMembers()), viewOf("p2", p2), viewOf("p3", p3)]);
    expect(contested.map(({ slots, owners }) => [slots, owners.map(({ address }) => address)])).toEqual([
      [[[0, 0]], ["p1", "p2"]],
      [[[1, 1]], ["p1", "p2", "p3"]],
    ]);
  });

  it("does not believe what a node says of others", () => {
    const stale = changed(sixMembers(), { p2: { slots: [[0, 10_922]] }, p1: { slots: [] } });
    expect(contestedSlots([viewOf("p1", sixMembers()), viewOf("p3", stale)])).toEqual([]);
  });
});

describe("uncoveredSlots", () => {
  it("names the slots in none of the ranges, at both ends too", () => {
    expect(uncoveredSlots([[[1, 99]], [[101, 16_382]]])).toEqual([
      [0, 0],
      [100, 100],
      [16_383, 16_383],
    ]);
    expect(uncoveredSlots([[[0, 16_383]]])).toEqual([]);
    expect(uncoveredSlots([])).toEqual([[0, 16_383]]);
  });
});
