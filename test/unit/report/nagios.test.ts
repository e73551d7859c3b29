import { describe, expect, it } from "vitest";
import type { Priority } from "../../../src/model/finding.js";
import { nagiosExitCodes, nagiosState, renderNagios } from "../../../src/report/nagios.js";
import { finding, judgement } from "../../support/analysis.js";
import { redisNode } from "../../support/facts.js";
import { reportOf, unreachableNode } from "./reports.js";

const unjudged = (worstCase: Priority) => [judgement({ outcome: "cannot-judge", reason: "not permitted", worstCase })];

describe("nagiosState", () => {
  it.each([
    ["critical", "CRITICAL"],
    ["high", "CRITICAL"],
    ["medium", "WARNING"],
    ["low", "OK"],
    ["info", "OK"],
  ] as const)("is, for a %s finding, %s", (priority, state) => {
    expect(nagiosState(reportOf([redisNode()], [finding({ priority })]))).toBe(state);
  });

  it("is UNKNOWN for a node that did not answer or a rule that might have warned", () => {
    expect(nagiosState(reportOf([redisNode(), unreachableNode("10.0.0.6:6379")]))).toBe("UNKNOWN");
    expect(nagiosState(reportOf([redisNode()], [], unjudged("medium")))).toBe("UNKNOWN");
    expect(nagiosState(reportOf([]))).toBe("UNKNOWN");
  });

  it("is OK when what could not be judged would not have warned anyway", () => {
    expect(nagiosState(reportOf([redisNode()], [], unjudged("low")))).toBe("OK");
  });

  it("prefers what was found to what was not seen", () => {
    const nodes = [redisNode(), unreachableNode("10.0.0.6:6379")];
    expect(nagiosState(reportOf(nodes, [finding({ priority: "medium" })]))).toBe("WARNING");
  });

  it("is CRITICAL for a change that failed and WARNING for one that stopped midway", () => {
    expect(nagiosState({ ...reportOf([redisNode()]), status: "failed" })).toBe("CRITICAL");
    expect(nagiosState({ ...reportOf([redisNode()]), status: "partial" })).toBe("WARNING");
  });

  it("has the exit codes of the plugin interface", () => {
    expect(nagiosExitCodes).toEqual({ OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 });
  });
});

describe("renderNagios", () => {
  it("gives performance data that the interface can read, and U for what is not known", () => {
    const line = renderNagios(reportOf([redisNode({ memory: { usedBytes: null } })]));
    const [, data = ""] = line.trimEnd().split(" | ");
    const form = /^'[a-z_]+'=(?:U|-?\d+(?:\.\d+)?(?:%|B)?(?:;[\d.]*){0,4})$/;
    expect(data.split(" ").filter((datum) => !form.test(datum))).toEqual([]);
    expect(data).toContain("'memory_used'=U");
    expect(data).toContain("'hit_rate'=95%;;;0;100");
  });

  it("names the urgent issues with their nodes", () => {
    const nodes = ["10.0.0.5:6379", "10.0.0.6:6379"];
    expect(renderNagios(reportOf([redisNode()], [finding({ priority: "high", nodes })]))).toMatch(
      /^CACHECTL CRITICAL - 1 high\. .* High memory utilization \(10\.0\.0\.5:6379 and 1 more\) \|/,
    );
  });
});
