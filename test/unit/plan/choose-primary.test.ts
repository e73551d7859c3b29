import { describe, expect, it } from "vitest";
import { choosePrimaries, type Homeless } from "../../../src/plan/choose-primary.js";
import type { ClusterNode } from "../../../src/model/cluster-topology.js";
import { idOf, member } from "../../support/new-nodes.js";

function homeless(name: string, changes: Partial<Homeless> = {}): Homeless {
  return { id: idOf(name), address: `${name}:6379`, host: name, zone: null, ...changes };
}

function replicaOf(primary: string, name: string): ClusterNode {
  return member(name, { role: "replica", primaryId: idOf(primary), slots: [] });
}

/** Replica and primary by their first letters. */
function chosen(nodes: ClusterNode[], replicas: Homeless[]): string[] {
  return [...choosePrimaries(nodes, replicas)].map(([id, { address }]) => `${id[0]} follows ${address[0]}`);
}

describe("a replica without a primary", () => {
  it("goes to a primary that has none, before it goes to another host or zone", () => {
    const nodes = [member("a"), replicaOf("a", "x"), member("b", { announced: { host: "r", port: 1 }, zone: "east" })];
    expect(chosen(nodes, [homeless("r", { zone: "east" })])).toEqual(["r follows b"]);
  });

  it("goes to another host, then to another zone, then to whoever has the fewest, then to the first", () => {
    const here = member("a", { announced: { host: "r", port: 1 } });
    expect(chosen([here, member("b")], [homeless("r")])).toEqual(["r follows b"]);
    const zones = [member("a", { zone: "east" }), member("b", { zone: "west" })];
    expect(chosen(zones, [homeless("r", { zone: "east" })])).toEqual(["r follows b"]);
    const more = [member("a"), replicaOf("a", "x"), replicaOf("a", "y"), member("b"), replicaOf("b", "z")];
    expect(chosen(more, [homeless("r")])).toEqual(["r follows b"]);
    expect(chosen([member("a"), member("b")], [homeless("r")])).toEqual(["r follows a"]);
  });

  it("is one of several that are spread over the primaries", () => {
    const nodes = [member("a"), member("b"), member("c")];
    expect(
      chosen(
        nodes,
        ["r", "s", "t", "u"].map((name) => homeless(name)),
      ),
    ).toEqual(["r follows a", "s follows b", "t follows c", "u follows a"]);
  });

  it("does not count for the primary that it follows now", () => {
    expect(chosen([member("a"), replicaOf("a", "r"), member("b"), replicaOf("b", "x")], [homeless("r")])).toEqual([
      "r follows a",
    ]);
  });

  it("follows no dead primary, and one without slots only where no other is left", () => {
    const [dead, empty] = [member("a", { reachable: false }), member("b", { slots: [] })];
    expect(chosen([dead, empty, member("c")], [homeless("r")])).toEqual(["r follows c"]);
    expect(chosen([dead, empty], [homeless("r")])).toEqual(["r follows b"]);
    expect(chosen([dead], [homeless("r")])).toEqual([]);
  });
});
