import { describe, expect, it } from "vitest";
import { chooseNodes } from "../../../../src/collect/keyspace/choose-nodes.js";
import { known, missing } from "../../../../src/model/fact.js";
import type { Fleet, FleetNode } from "../../../../src/model/node-port.js";
import type { ObservedNode, ObservedTarget } from "../../../../src/model/observation.js";
import { changed, clusterOf, nodeId, sixMembers } from "../../../support/cluster-views.js";
import { memcachedNode, observationOf, redisNode } from "../../../support/facts.js";

function targetOf(nodes: ObservedNode[], discoveryGaps: string[] = []): ObservedTarget {
  return { ...(observationOf(nodes).targets[0] as ObservedTarget), discoveryGaps };
}

/** None of these is dialled by a choice. */
function fleetOf(nodes: ObservedNode[]): Fleet {
  const refuse = () => Promise.reject(new Error("a choice dials nobody"));
  const fleetNodes = nodes.map(({ node }): FleetNode => ({
    identity: node,
    openRedis: refuse,
    openMemcached: refuse,
    openBulk: refuse,
    openMemcachedLines: refuse,
  }));
  return { nodes: fleetNodes, gaps: () => Promise.resolve([]), close: () => {} };
}

function choose(nodes: ObservedNode[], from: "primaries" | "replicas", discoveryGaps: string[] = []) {
  const { chosen, gaps } = chooseNodes(targetOf(nodes, discoveryGaps), fleetOf(nodes), from);
  return { addresses: chosen.map(({ node }) => node.identity.address), gaps };
}

function primary(address: string): ObservedNode {
  return redisNode({ node: { address } });
}

function replica(address: string, of: string, replicaOffset = 1_000, linkStatus = "up"): ObservedNode {
  return redisNode({
    node: { address, role: "replica" },
    replication: { role: "replica", primaryAddress: of, linkStatus, replicaOffset },
  });
}

function dead(one: ObservedNode): ObservedNode {
  const failure = { cause: "refused", message: `${one.node.address} refuses connections`, hint: "" };
  const gone = missing("unreachable", "no connection");
  return {
    node: one.node,
    facts: {
      reachability: known({ reachable: false, failure, connectMs: null, pingMs: null, pingError: null }),
      replication: gone,
      clusterView: gone,
    },
  };
}

/** Members of a cluster with a replication fact that fits their place. */
function cluster(view = sixMembers()): ObservedNode[] {
  return clusterOf(view).map((one) =>
    one.node.role === "replica"
      ? {
          ...one,
          facts: { ...one.facts, replication: replica("x:1", "elsewhere:1").facts.replication } as typeof one.facts,
        }
      : one,
  );
}

describe("chooseNodes from primaries", () => {
  it("takes each primary of a cluster", () => {
    const { addresses, gaps } = choose(cluster(), "primaries");
    expect(addresses).toEqual(["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"]);
    expect(gaps).toEqual([]);
  });

  it("takes every Memcached server", () => {
    expect(choose([memcachedNode()], "primaries")).toEqual({ addresses: ["10.0.0.9:11211"], gaps: [] });
  });

  it("says which primary could not be reached, and why", () => {
    const { addresses, gaps } = choose([dead(primary("10.0.0.1:6379")), primary("10.0.0.2:6379")], "primaries");
    expect(addresses).toEqual(["10.0.0.2:6379"]);
    expect(gaps).toEqual(["10.0.0.1:6379 could not be reached: 10.0.0.1:6379 refuses connections"]);
  });

  it("does not miss a dead primary whose slots a failover gave to another", () => {
    const after = changed(sixMembers(), {
      p1: { slots: [], flags: ["master", "fail"] },
      r4: { role: "primary", primaryId: null, flags: ["master"], slots: [[0, 5460]] },
    });
    const nodes = cluster(after).map((one) => (one.node.address === "10.0.0.1:6379" ? dead(one) : one));
    const { addresses, gaps } = choose(nodes, "primaries");
    expect(addresses).toEqual(["10.0.0.2:6379", "10.0.0.3:6379", "10.0.0.4:6379"]);
    expect(gaps).toEqual([]);
  });

  it("misses a dead primary that still has its slots", () => {
    const nodes = cluster().map((one) => (one.node.address === "10.0.0.1:6379" ? dead(one) : one));
    expect(choose(nodes, "primaries").gaps).toEqual([expect.stringContaining("10.0.0.1:6379 could not be reached")]);
  });

  it("does not guess what a node of unknown role is", () => {
    const unknown = { ...dead(primary("10.0.0.1:6379")) };
    unknown.node = { ...unknown.node, role: "unknown" };
    const { addresses, gaps } = choose([unknown], "primaries");
    expect(addresses).toEqual([]);
    expect(gaps).toEqual(["whether 10.0.0.1:6379 is a primary is not known: 10.0.0.1:6379 refuses connections"]);
  });

  it("says so when there are only replicas", () => {
    const { addresses, gaps } = choose([replica("10.0.0.2:6379", "10.0.0.1:6379")], "primaries");
    expect(addresses).toEqual([]);
    expect(gaps).toEqual(["no primary was found among the nodes of test"]);
  });

  it("passes on what discovery could not find out, as a clause", () => {
    const { gaps } = choose([primary("10.0.0.1:6379")], "primaries", ["10.0.0.7:26379 did not answer."]);
    expect(gaps).toEqual(["10.0.0.7:26379 did not answer"]);
  });
});

describe("chooseNodes from replicas", () => {
  it("takes of each primary the linked replica that is least behind", () => {
    const nodes = [
      primary("10.0.0.1:6379"),
      primary("10.0.0.2:6379"),
      replica("10.0.0.3:6379", "10.0.0.1:6379", 900),
      replica("10.0.0.4:6379", "10.0.0.1:6379", 1_000),
      replica("10.0.0.5:6379", "10.0.0.1:6379", 2_000, "down"),
      replica("10.0.0.6:6379", "10.0.0.2:6379", 5),
    ];
    expect(choose(nodes, "replicas")).toEqual({ addresses: ["10.0.0.4:6379", "10.0.0.6:6379"], gaps: [] });
  });

  it("knows whose replicas a cluster's are by the cluster's ids", () => {
    const { addresses, gaps } = choose(cluster(), "replicas");
    expect(addresses).toEqual(["10.0.0.4:6379", "10.0.0.5:6379", "10.0.0.6:6379"]);
    expect(gaps).toEqual([]);
  });

  it("says which primary has no replica to read from", () => {
    const moved = changed(sixMembers(), { r4: { primaryId: nodeId("p2") } });
    const { addresses, gaps } = choose(cluster(moved), "replicas");
    expect(addresses).toHaveLength(2);
    expect(gaps).toEqual(["10.0.0.1:6379 has no replica that is linked to it"]);
  });

  it("takes a replica under another name where there is one primary only", () => {
    const nodes = [primary("cache.example:6379"), replica("10.0.0.2:6379", "172.17.0.2:6379")];
    expect(choose(nodes, "replicas")).toEqual({ addresses: ["10.0.0.2:6379"], gaps: [] });
  });
});
