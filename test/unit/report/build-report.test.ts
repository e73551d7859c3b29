import { describe, expect, it } from "vitest";
import { missing } from "../../../src/model/fact.js";
import { finding, judgement } from "../../support/analysis.js";
import { memcachedNode, observationOf, redisNode } from "../../support/facts.js";
import { reportOf, reportOfRun, unreachableNode } from "./reports.js";

const cannotJudge = { outcome: "cannot-judge", reason: "INFO is not permitted" } as const;

describe("status", () => {
  it("is success when every node answered and every rule was judged", () => {
    const report = reportOf([redisNode()], [], [judgement({})]);
    expect([report.status, report.targets[0]?.status]).toEqual(["success", "success"]);
  });

  it("stays success with findings: it speaks of the run", () => {
    expect(reportOf([redisNode()], [finding({ priority: "critical" })]).status).toBe("success");
  });

  it("is partial when a node did not answer or a rule could not be judged", () => {
    expect(reportOf([redisNode(), unreachableNode("10.0.0.6:6379")]).status).toBe("partial");
    expect(reportOf([redisNode()], [], [judgement(cannotJudge)]).status).toBe("partial");
  });

  it("is failed when no node answered or none was found", () => {
    expect(reportOf([unreachableNode("10.0.0.6:6379")]).status).toBe("failed");
    expect(reportOf([]).status).toBe("failed");
  });

  it("is each target's own", () => {
    const [first, second] = [observationOf([redisNode()], { name: "a" }), observationOf([redisNode()], { name: "b" })];
    const both = { ...first, targets: [...first.targets, ...second.targets] };
    const report = reportOfRun(both, [], [judgement({ ...cannotJudge, target: "b" })]);
    expect(report.targets.map(({ status }) => status)).toEqual(["success", "partial"]);
  });
});

describe("coverage", () => {
  it("counts outcomes and names who did not answer and why", () => {
    const judgements = [
      judgement({ outcome: "finding" }),
      judgement({ ruleId: "a" }),
      judgement({ ruleId: "b", outcome: "not-applicable", reason: "no replicas" }),
      judgement({ ruleId: "c", node: null, outcome: "ignored", reason: "known, ticket 42" }),
    ];
    const { coverage } = reportOf([redisNode(), unreachableNode("10.0.0.6:6379")], [], judgements);
    expect(coverage.rules).toEqual({ judged: 2, cannotJudge: 0, notApplicable: 1, ignored: 1 });
    expect(coverage.ignored).toEqual([{ ruleId: "c", target: "test", reason: "known, ticket 42" }]);
    expect(coverage.nodes).toEqual({
      total: 2,
      answered: 1,
      unreachable: [{ target: "test", node: "10.0.0.6:6379", reason: "connection refused by 10.0.0.6:6379" }],
    });
  });

  it("joins equal reasons over nodes and keeps different ones apart, the worst first", () => {
    const { cannotJudge: entries } = reportOf(
      [redisNode()],
      [],
      [
        judgement({ ...cannotJudge, ruleId: "mild", worstCase: "low" }),
        judgement({ ...cannotJudge, node: "10.0.0.7:6379" }),
        judgement({ ...cannotJudge, node: "10.0.0.6:6379" }),
        judgement({ ...cannotJudge, node: "10.0.0.8:6379", reason: "timed out" }),
      ],
    ).coverage;
    expect(entries.map(({ ruleId, nodes, reason }) => [ruleId, nodes, reason])).toEqual([
      ["memory-near-limit", ["10.0.0.6:6379", "10.0.0.7:6379"], "INFO is not permitted"],
      ["memory-near-limit", ["10.0.0.8:6379"], "timed out"],
      ["mild", ["10.0.0.5:6379"], "INFO is not permitted"],
    ]);
  });

  it("counts an incomplete discovery as not judged, and says why in the notes", () => {
    const report = reportOf([redisNode()], [], [judgement({})], { discoveryGaps: ["No sentinel answered."] });
    expect(report.status).toBe("partial");
    expect(report.coverage.cannotJudge).toMatchObject([
      { ruleId: "node-unreachable", nodes: [], worstCase: "critical" },
    ]);
    expect(report.notes).toContain("No sentinel answered.");
  });

  it("says that a run without a second sample judged since start", () => {
    const report = reportOf([redisNode()], [], [], { sampleSeconds: 0 });
    expect(report.coverage.sample).toEqual({ basis: "since-start", seconds: 0 });
    expect(report.notes.join()).toContain("since each server started");
  });
});

describe("recommendations", () => {
  it("turns a finding's commands into lines with the node's own arguments", () => {
    const node = redisNode({
      node: { cliArguments: ["-h", "db", "-p", "6379", "--tls", "--user", "ops", "--askpass"] },
    });
    const commands = [
      { kind: "server" as const, node: "10.0.0.5:6379", argv: ["CONFIG", "SET", "maxmemory", "5368709120"] },
      { kind: "shell" as const, line: "ulimit -n 20000" },
    ];
    expect(reportOf([node], [finding({ commands })]).recommendations[0]?.commands).toEqual([
      "redis-cli -h db -p 6379 --tls --user ops --askpass CONFIG SET maxmemory 5368709120",
      "ulimit -n 20000",
    ]);
  });

  it("can address a node that discovery did not list", () => {
    const commands = [{ kind: "server" as const, node: "[fd00::9]:6380", argv: ["PING"] }];
    const { recommendations } = reportOf([redisNode()], [finding({ commands })]);
    expect(recommendations[0]?.commands).toEqual(["redis-cli -h fd00::9 -p 6380 PING"]);
  });

  it("names the first node, and none for a rule over the target that concerns every node", () => {
    const pair = [redisNode(), redisNode({ node: { address: "10.0.0.6:6379" } })];
    const nodes = ["10.0.0.5:6379", "10.0.0.6:6379"];
    const overTarget = judgement({ node: null, outcome: "finding" });
    expect(reportOf(pair, [finding({ nodes })]).recommendations[0]).toMatchObject({ node: nodes[0], nodes });
    expect(reportOf(pair, [finding({ nodes })], [overTarget]).recommendations[0]?.node).toBeNull();
    expect(reportOf(pair, [finding({ nodes: [] })]).recommendations[0]?.node).toBeNull();
  });
});

describe("nodes", () => {
  it("gives the node's own word on its role before what discovery learned", () => {
    const node = redisNode({ node: { role: "primary" }, replication: { role: "replica" } });
    expect(reportOf([node]).targets[0]?.nodes[0]).toMatchObject({
      role: "replica",
      product: "valkey",
      version: "9.1.2",
    });
  });

  it("knows neither product nor version of a node that did not answer", () => {
    expect(reportOf([unreachableNode("10.0.0.6:6379")]).targets[0]?.nodes[0]).toMatchObject({
      reachable: false,
      failure: "connection refused by 10.0.0.6:6379",
      product: null,
      version: null,
      metrics: { usedBytes: null, keys: null },
    });
  });

  it("reports a node that nobody could ask, for whatever reason, as not reachable", () => {
    const node = redisNode({ reachability: missing("failed", "the run was interrupted") });
    expect(reportOf([node]).coverage.nodes.unreachable[0]?.reason).toBe("the run was interrupted");
    const { node: unasked } = memcachedNode();
    expect(reportOf([{ node: unasked, facts: {} }]).coverage.nodes.answered).toBe(0);
  });
});

describe("summary", () => {
  it("counts findings by priority, says who answered and how rates were measured", () => {
    const findings = [
      finding({ priority: "critical" }),
      finding({ priority: "medium" }),
      finding({ priority: "medium" }),
    ];
    const report = reportOf([redisNode(), unreachableNode("10.0.0.6:6379")], findings);
    expect(report.summary).toBe("1 critical, 2 medium. 1 of 2 nodes of test answered. Rates over 3 s.");
  });

  it("does not call a run that could not judge fine", () => {
    const report = reportOf([redisNode()], [], [judgement(cannotJudge)]);
    expect(report.summary).toContain("Nothing found in what could be judged. The node of test answered. 1 check could");
  });

  it("counts rules as healthy only when they found nothing anywhere", () => {
    const judgements = [
      judgement({ ruleId: "a" }),
      judgement({ ruleId: "b" }),
      judgement({ ruleId: "b", node: "10.0.0.6:6379", outcome: "finding" }),
      judgement({ ruleId: "c", outcome: "not-applicable", reason: "off" }),
    ];
    expect(reportOf([redisNode()], [], judgements).notes).toEqual(["1 rule healthy on every node."]);
    const unseen = judgement({ ...cannotJudge, ruleId: "a", node: "10.0.0.6:6379" });
    const { notes } = reportOf([redisNode()], [], [...judgements, unseen]);
    expect(notes).toEqual(["1 rule healthy wherever they could be judged."]);
  });
});

it("gives the same report for the same run", () => {
  const observation = observationOf([redisNode()]);
  expect(reportOfRun(observation)).toEqual(reportOfRun(structuredClone(observation)));
});
