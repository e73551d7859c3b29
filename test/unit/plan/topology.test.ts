import { describe, expect, it } from "vitest";
import { missing } from "../../../src/model/fact.js";
import type { ObservedNode, ObservedTarget } from "../../../src/model/observation.js";
import { topologyOf } from "../../../src/plan/topology.js";
import { changed, clusterOf, member, nodeId, sixMembers, viewedBy } from "../../support/cluster-views.js";
import { observationOf, redisNode, withFacts } from "../../support/facts.js";

function targetOf(nodes: ObservedNode[], gaps: string[] = []): ObservedTarget {
  const [target] = observationOf(nodes, { kind: "cluster", name: "prod" }).targets;
  if (target === undefined) throw new Error("an observation has a target");
  return { ...target, discoveryGaps: gaps };
}

/** Healthy CLUSTER INFO beside the views. */
function settled(nodes: ObservedNode[]): ObservedNode[] {
  return nodes.map((node) => withFacts(node, { clusterInfo: { state: "ok" } }));
}

function codesOf(nodes: ObservedNode[], gaps: string[] = []): string[] {
  return topologyOf(targetOf(nodes, gaps), {}).obstacles.map(({ code }) => code);
}

describe("topologyOf", () => {
  const healthy = settled(clusterOf(sixMembers()));

  it("has nothing in the way of a change where all members see the same healthy cluster", () => {
    const topology = topologyOf(targetOf(healthy), {});
    expect(topology.obstacles).toEqual([]);
    expect(topology.uncovered).toEqual([]);
    expect(topology.nodes).toHaveLength(6);
  });

  it("asks no agreement of a leaving member that knows nobody any more, but of any other", () => {
    const members = [...sixMembers(), member("p9")];
    const alone = viewedBy("p9", [member("p9")]);
    const nodes = settled([...clusterOf(members).slice(0, 6), alone]);
    const obstaclesWhen = (leaving: string[]) => topologyOf(targetOf(nodes), {}, {}, leaving.map(nodeId)).obstacles;
    expect(obstaclesWhen(["p9"])).toEqual([]);
    // About the slots, and about the members.
    expect(obstaclesWhen(["r6"])).toMatchObject([{ code: "views-differ" }, { code: "views-differ" }]);
    // With slots of its own it is a party to who owns them.
    const owner = viewedBy("p9", [member("p9", { slots: [[0, 5]] })]);
    const contested = settled([...clusterOf(members).slice(0, 6), owner]);
    expect(topologyOf(targetOf(contested), {}, {}, [nodeId("p9")]).obstacles).not.toEqual([]);
  });

  it("lists primaries by their first slot, each followed by its replicas, and those without slots last", () => {
    const view = [member("p9"), ...sixMembers().reverse()];
    const { nodes } = topologyOf(targetOf(clusterOf(view)), {});
    expect(nodes.map(({ id }) => id)).toEqual(["p1", "r4", "p2", "r5", "p3", "r6", "p9"].map(nodeId));
  });

  it("takes a node's own word on its role, slots and open slots", () => {
    const others = sixMembers();
    const own = changed(others, { p1: { slots: [[0, 5459]], migrating: [{ slot: 7, to: nodeId("p2") }] } });
    const { nodes } = topologyOf(targetOf([viewedBy("p2", others), viewedBy("p1", own)]), {});
    const p1 = nodes.find(({ id }) => id === nodeId("p1"));
    expect(p1).toMatchObject({ slots: [[0, 5459]], migrating: [{ slot: 7, to: nodeId("p2") }], reachable: true });
  });

  it("knows keys, bytes, version and operations of what answered, and null of what did not", () => {
    const down = redisNode({
      node: { address: "10.0.0.6:6379" },
      reachability: {
        reachable: false,
        failure: { cause: "refused", message: "10.0.0.6:6379 refused the connection", hint: "" },
      },
      clusterView: missing("unreachable", "the node could not be reached"),
    });
    const { reachability } = down.facts;
    const gone: ObservedNode = { node: down.node, facts: reachability === undefined ? {} : { reachability } };
    const { nodes } = topologyOf(targetOf([...healthy.slice(0, 5), gone]), {});
    expect(nodes[0]).toMatchObject({ product: "valkey", version: "9.1.2", keys: 100_000, opsPerSecond: 2_000 });
    expect(nodes.find(({ id }) => id === nodeId("r6"))).toMatchObject({
      ...{ reachable: false, failure: "10.0.0.6:6379 refused the connection" },
      ...{ product: null, version: null, keys: null, usedBytes: null, opsPerSecond: null },
    });
  });

  it("finds the dialled address of a silent member through the NAT map", () => {
    const silent: ObservedNode = {
      node: { address: "127.0.0.1:7006", family: "redis", role: "replica", cliArguments: [] },
      facts: {},
    };
    const natMap = { "10.0.0.6:6379": { host: "127.0.0.1", port: 7006 } };
    const { nodes } = topologyOf(targetOf([...healthy.slice(0, 5), silent]), {}, natMap);
    const r6 = nodes.find(({ id }) => id === nodeId("r6"));
    expect(r6).toMatchObject({ address: "127.0.0.1:7006", announced: { host: "10.0.0.6", port: 6379 } });
  });

  it("takes zones from the parameter before what the server announces", () => {
    const nodes = healthy.map((node) => withFacts(node, { config: { "availability-zone": "own" } }));
    const topology = topologyOf(targetOf(nodes), { "10.0.0.1": "eu-1a" });
    expect(topology.nodes.map(({ zone }) => zone)).toEqual(["eu-1a", "own", "own", "own", "own", "own"]);
    expect(topologyOf(targetOf(healthy), {}).nodes[0]?.zone).toBeNull();
  });

  it("gives a node that never met another the host it was dialled by", () => {
    const alone = redisNode({
      node: { address: "127.0.0.1:7001" },
      clusterView: { myId: nodeId("p1"), nodes: [member("p1", { host: "", port: 7001, myself: true })] },
    });
    expect(topologyOf(targetOf([alone]), {}).nodes[0]?.announced).toEqual({ host: "127.0.0.1", port: 7001 });
  });

  describe("fingerprint", () => {
    const fingerprintOf = (nodes: ObservedNode[]) => topologyOf(targetOf(nodes), {}).fingerprint;

    it("is the same for the same cluster, in whatever order its nodes were seen", () => {
      expect(fingerprintOf([...healthy].reverse())).toBe(fingerprintOf(healthy));
      expect(fingerprintOf(healthy)).toMatch(/^[0-9a-f]{16}$/);
    });

    it("stays when epochs and loads change, and changes with a slot's owner, a role and a member", () => {
      const with_ = (changes: Parameters<typeof changed>[1]) =>
        fingerprintOf(clusterOf(changed(sixMembers(), changes)));
      const before = fingerprintOf(healthy);
      expect(with_({ p1: { configEpoch: 77 } })).toBe(before);
      expect(with_({ p1: { slots: [[0, 5459]] }, p2: { slots: [[5460, 10_922]] } })).not.toBe(before);
      expect(with_({ r4: { role: "primary", primaryId: null } })).not.toBe(before);
      expect(fingerprintOf(clusterOf([...sixMembers(), member("p9")]))).not.toBe(before);
    });
  });

  describe("obstacles", () => {
    it("names slots without an owner", () => {
      const view = changed(sixMembers(), { p1: { slots: [[1, 5460]] } });
      const { uncovered, obstacles } = topologyOf(targetOf(settled(clusterOf(view))), {});
      expect(uncovered).toEqual([[0, 0]]);
      expect(obstacles[0]).toMatchObject({ code: "slots-uncovered", message: "Slot 0 is without an owner." });
      expect(obstacles[0]?.hint).toContain("cachectl cluster fix -p prod");
    });

    it("calls no slot lost where no member showed its view, and the cluster not healthy either", () => {
      const silent: ObservedNode[] = healthy.map(({ node }) => ({ node, facts: {} }));
      const { nodes, obstacles } = topologyOf(targetOf(silent, ["nobody answered"]), {});
      expect(nodes).toEqual([]);
      expect(obstacles.map(({ code }) => code)).toEqual(["state-not-ok", "discovery-gap"]);
      expect(obstacles[0]?.message).toBe("No member of prod showed its view of the cluster.");
    });

    it("names slots that two nodes call their own, and that the views differ", () => {
      const claims = changed(sixMembers(), { p2: { slots: [[5460, 10_922]] } });
      const nodes = settled([
        viewedBy("p1", sixMembers()),
        viewedBy("p2", claims),
        ...clusterOf(sixMembers()).slice(2),
      ]);
      expect(codesOf(nodes)).toEqual(["slots-multiply-owned", "views-differ"]);
    });

    it("names open slots", () => {
      const view = changed(sixMembers(), { p1: { migrating: [{ slot: 7, to: nodeId("p2") }] } });
      expect(codesOf(settled(clusterOf(view)))).toEqual(["slots-open"]);
    });

    it("names a node that does not hold the cluster for healthy", () => {
      const nodes = clusterOf(sixMembers()).map((node, index) =>
        withFacts(node, { clusterInfo: { state: index === 0 ? "fail" : "ok" } }),
      );
      expect(codesOf(nodes)).toEqual(["state-not-ok"]);
    });

    it("names members that others miss, by exactly the flags fail and fail?", () => {
      const flagged = (flags: string[]) => settled(clusterOf(changed(sixMembers(), { r6: { flags } })));
      expect(codesOf(flagged(["slave", "fail?"]))).toEqual(["node-failing"]);
      expect(codesOf(flagged(["slave", "nofailover"]))).toEqual([]);
    });

    it("names a member that was not reached, replicas too", () => {
      expect(codesOf(healthy.slice(0, 5))).toEqual(["node-unreachable"]);
    });

    it("names primaries with equal epochs", () => {
      const view = changed(sixMembers(), { p2: { configEpoch: 1 } });
      expect(codesOf(settled(clusterOf(view)))).toEqual(["epoch-collision"]);
    });

    it("names slots that the servers move by themselves, while they do", () => {
      const withJob = (running: boolean) =>
        healthy.map((node) =>
          withFacts(node, {
            slotMigrations: [
              {
                ...{ name: "job", direction: "export", slots: [[0, 99]], sourceId: null, targetId: null },
                ...{ state: running ? "snapshotting" : "success", running, message: null, createdAt: null },
              },
            ] as never,
          }),
        );
      expect(codesOf(withJob(true))).toEqual(["migration-running"]);
      expect(codesOf(withJob(false))).toEqual([]);
    });

    it("names what discovery could not find out, and a member that does not show its view", () => {
      expect(codesOf(healthy, ["seed 10.0.0.9:6379 belongs to another cluster"])).toEqual(["discovery-gap"]);
      const refused = healthy.map(({ node, facts }, index) =>
        index === 5 ? { node, facts: { ...facts, clusterView: missing("not-permitted", "NOPERM") } } : { node, facts },
      );
      expect(codesOf(refused)).toEqual(["discovery-gap"]);
    });
  });
});
