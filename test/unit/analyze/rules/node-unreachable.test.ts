import { describe, expect, it } from "vitest";
import { nodeUnreachable } from "../../../../src/analyze/rules/node-unreachable.js";
import { known, missing } from "../../../../src/model/fact.js";
import { explainServerError } from "../../../../src/model/server-errors.js";
import type { ObservedNode } from "../../../../src/model/observation.js";
import { changed, sixMembers, viewedBy } from "../../../support/cluster-views.js";
import { redisNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const gone = missing("unreachable", "no connection");

function down(address: string, cause = "timed-out"): ObservedNode {
  return redisNode({
    node: { address },
    reachability: { reachable: false, failure: { cause, message: `${cause}!`, hint: `Mend ${cause}.` } },
    replication: gone,
    clusterView: gone,
  });
}

const peer = (over: Overrides) => redisNode({ node: { address: "10.0.0.5:6379" }, ...over });
const replicaEntry = { address: "10.0.0.6:6379", state: "online", offset: 1, lagSeconds: 1 };

describe("node-unreachable", () => {
  it("reports a node that nobody reaches as critical, with the cause", () => {
    const { findings } = judge(nodeUnreachable, down("10.0.0.7:6379", "refused"));
    expect(findings).toMatchObject([{ priority: "critical", confidence: "high", nodes: ["10.0.0.7:6379"] }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "connection", value: "refused" }));
  });

  it.each([
    ["wrong-password", "turns this connection down"],
    ["fell-silent", "stopped answering half-way"],
    ["not-the-protocol", "Another service answers"],
    ["refused", "cannot be reached"],
  ])("says of %s that the node %s", (cause, words) => {
    expect(judge(nodeUnreachable, down("10.0.0.7:6379", cause)).findings[0]?.issue).toContain(words);
  });

  it("joins nodes that fail alike and keeps other causes apart", () => {
    const nodes = [down("10.0.0.7:6379"), down("10.0.0.8:6379"), down("10.0.0.9:6379", "refused")];
    const { findings } = judge(nodeUnreachable, nodes);
    expect(findings.map(({ nodes: named }) => named)).toEqual([["10.0.0.7:6379", "10.0.0.8:6379"], ["10.0.0.9:6379"]]);
  });

  it("finds reachable nodes healthy", () => {
    expect(judge(nodeUnreachable, [redisNode(), peer({})]).outcome).toBe("healthy");
  });

  it("judges sentinels too", () => {
    const sentinel = down("10.0.0.7:26379");
    sentinel.node.family = "sentinel";
    expect(judge(nodeUnreachable, sentinel).findings).toMatchObject([{ priority: "critical" }]);
  });

  it("suspects the way there when the primary still hears the replica", () => {
    const primary = peer({ replication: { replicas: [replicaEntry] } });
    const { findings } = judge(nodeUnreachable, [primary, down("10.0.0.6:6379")]);
    expect(findings).toMatchObject([{ priority: "high", confidence: "medium", nodes: ["10.0.0.6:6379"] }]);
    expect(findings[0]?.action).toContain("natMap");
  });

  it.each([
    [12, "high"],
    [13, "critical"],
    [null, "critical"],
  ])("takes a replica heard %s seconds ago for %s", (lagSeconds, priority) => {
    const primary = peer({ replication: { replicas: [{ ...replicaEntry, lagSeconds }] } });
    expect(judge(nodeUnreachable, [primary, down("10.0.0.6:6379")]).findings).toMatchObject([{ priority }]);
  });

  it.each([
    ["up", 3, "high"],
    ["down", 3, "critical"],
    ["up", 40, "critical"],
  ])("with a replica's link %s and %i seconds silent is %s", (linkStatus, lastIoSecondsAgo, priority) => {
    const replica = peer({
      replication: { role: "replica", replicas: [], primaryAddress: "10.0.0.6:6379", linkStatus, lastIoSecondsAgo },
    });
    expect(judge(nodeUnreachable, [replica, down("10.0.0.6:6379")]).findings).toMatchObject([{ priority }]);
  });

  it.each([
    [{}, "high"],
    [{ flags: ["master", "fail?"] }, "critical"],
    [{ linkState: "disconnected" }, "critical"],
  ])("with a cluster peer that sees %j is %s", (change, priority) => {
    const observer = viewedBy("p1", changed(sixMembers(), { p2: change }));
    expect(judge(nodeUnreachable, [observer, down("10.0.0.2:6379")]).findings).toMatchObject([{ priority }]);
  });

  it.each([
    [["master"], "high"],
    [["master", "s_down"], "critical"],
  ])("with a sentinel that flags the primary %j is %s", (flags, priority) => {
    const sentinel = redisNode({ node: { address: "10.0.0.7:26379" }, replication: gone, clusterView: gone });
    sentinel.node.family = "sentinel";
    const monitored = {
      name: "mymaster",
      address: "10.0.0.6:6379",
      flags,
      quorum: 2,
      otherSentinels: 2,
      replicas: 1,
      configEpoch: 0,
      downAfterMs: 30_000,
      failoverTimeoutMs: 180_000,
      parallelSyncs: 1,
    };
    const facts = { tilt: false, runningScripts: 0, simulateFailureFlags: 0, masters: [monitored] };
    sentinel.facts.sentinel = known(facts);
    expect(judge(nodeUnreachable, [sentinel, down("10.0.0.6:6379")]).findings).toMatchObject([{ priority }]);
  });

  it("tells a refused login from silence, and is as urgent about it", () => {
    expect(judge(nodeUnreachable, down("10.0.0.7:6379", "no-password")).findings).toMatchObject([
      { priority: "critical", issue: "Node answers, but turns this connection down" },
    ]);
  });

  it("believes the replication link over a cluster link that disagrees", () => {
    const observer = viewedBy("p1", sixMembers());
    const { facts } = peer({
      replication: { replicas: [{ ...replicaEntry, address: "10.0.0.2:6379", state: "wait_bgsave" }] },
    });
    observer.facts.replication = facts.replication ?? gone;
    expect(judge(nodeUnreachable, [observer, down("10.0.0.2:6379")]).findings).toMatchObject([
      { priority: "critical" },
    ]);
  });

  it("blames the login when the node turned it down and its peers are content", () => {
    const primary = peer({ replication: { replicas: [replicaEntry] } });
    const { findings } = judge(nodeUnreachable, [primary, down("10.0.0.6:6379", "wrong-password")]);
    expect(findings).toMatchObject([{ priority: "high", confidence: "high" }]);
    expect(findings[0]?.action).toContain("Mend wrong-password.");
  });

  it.each([
    ["MASTERDOWN Link with MASTER is down", "high"],
    ["BUSY Redis is busy running a script", "critical"],
    ["NOPERM no permission to run ping", "info"],
  ])("reports the answer %j to PING as %s", (pingError, priority) => {
    const { findings } = judge(nodeUnreachable, redisNode({ reachability: { pingError } }));
    expect(findings).toMatchObject([{ priority, evidence: [{ fact: "PING", value: pingError }] }]);
    const known = explainServerError(pingError);
    if (known !== null) expect(findings[0]?.action).toBe(known.resolution);
  });

  it("leaves LOADING to its own rule", () => {
    const node = redisNode({ reachability: { pingError: "LOADING Redis is loading the dataset in memory" } });
    expect(judge(nodeUnreachable, node).outcome).toBe("healthy");
  });

  it("cannot judge a run that was interrupted", () => {
    expect(judge(nodeUnreachable, down("10.0.0.7:6379", "aborted"))).toMatchObject({
      outcome: "cannot-judge",
      findings: [],
    });
  });

  it("cannot judge without knowing how talking went", () => {
    const node = redisNode({ reachability: missing("not-permitted", "not asked") });
    expect(judge(nodeUnreachable, node)).toMatchObject({ outcome: "cannot-judge", reason: "not asked" });
  });
});
