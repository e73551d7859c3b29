import { describe, expect, it } from "vitest";
import type { Priority } from "../../../src/model/finding.js";
import { gateOutcome } from "../../../src/report/gate.js";
import { reportOf, unreachableNode } from "./reports.js";
import { finding, judgement } from "../../support/analysis.js";
import { redisNode } from "../../support/facts.js";

const healthy = () => reportOf([redisNode()]);
const withFinding = (priority: Priority) => reportOf([redisNode()], [finding({ priority })]);
const withUnjudged = (worstCase: Priority) =>
  reportOf([redisNode()], [], [judgement({ outcome: "cannot-judge", reason: "INFO is not permitted", worstCase })]);
const withUnreachable = (priority: Priority = "info") =>
  reportOf([redisNode(), unreachableNode("10.0.0.6:6379")], [finding({ priority })]);

describe("gateOutcome", () => {
  it("lets a healthy report pass, with and without a gate", () => {
    expect([gateOutcome(healthy(), null), gateOutcome(healthy(), "info")]).toEqual(["fine", "fine"]);
  });

  it.each([
    ["critical", "high", "findings"],
    ["high", "high", "findings"],
    ["medium", "high", "fine"],
    ["info", "info", "findings"],
    ["critical", null, "fine"],
  ] as const)("judges a %s finding with the gate at %s as %s", (priority, failOn, outcome) => {
    expect(gateOutcome(withFinding(priority), failOn)).toBe(outcome);
  });

  it.each([
    ["critical", "high", "unjudged"],
    ["high", "high", "unjudged"],
    ["medium", "high", "fine"],
    ["critical", null, "fine"],
  ] as const)("judges an unjudged rule of at worst %s with the gate at %s as %s", (worstCase, failOn, outcome) => {
    expect(gateOutcome(withUnjudged(worstCase), failOn)).toBe(outcome);
  });

  it("calls a run unjudged whose discovery may have missed nodes, with and without a gate", () => {
    const report = healthy();
    report.coverage.discoveryGaps.push({ target: "test", gap: "the members of the cluster are not known" });
    expect([gateOutcome(report, null), gateOutcome(report, "critical")]).toEqual(["unjudged", "unjudged"]);
  });

  it("calls a run with an unreachable node unjudged, with and without a gate", () => {
    expect(gateOutcome(withUnreachable(), null)).toBe("unjudged");
    expect(gateOutcome(withUnreachable(), "critical")).toBe("unjudged");
  });

  it("weighs a finding more than an unreachable node", () => {
    expect(gateOutcome(withUnreachable("high"), "high")).toBe("findings");
  });

  it("does not pass a run that found no node", () => {
    expect(gateOutcome(reportOf([]), null)).toBe("unjudged");
  });

  it("does not pass a gate when discovery could not list the nodes", () => {
    const report = reportOf([redisNode()], [], [], { discoveryGaps: ["The sentinels did not answer."] });
    expect(gateOutcome(report, "critical")).toBe("unjudged");
  });
});
