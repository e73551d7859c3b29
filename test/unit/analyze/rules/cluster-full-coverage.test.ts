import { describe, expect, it } from "vitest";
import { clusterFullCoverage } from "../../../../src/analyze/rules/cluster-full-coverage.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const setTo = (value: string) => redisNode({ config: { "cluster-require-full-coverage": value } });

describe("cluster-full-coverage", () => {
  it.each([
    ["cache", "low"],
    [null, "info"],
  ] as const)("reports it for the role %s as %s", (role, priority) => {
    const { findings } = judge(clusterFullCoverage, setTo("yes"), { role });
    expect(findings).toMatchObject([{ priority }]);
    expect(findings[0]?.evidence[0]).toMatchObject({ fact: "cluster-require-full-coverage", value: "yes" });
  });

  it("is healthy when the other slots go on", () => {
    expect(judge(clusterFullCoverage, setTo("no"), { role: "cache" }).outcome).toBe("healthy");
  });

  it("leaves the choice to those who store data", () => {
    expect(judge(clusterFullCoverage, setTo("yes"), { role: "store" }).outcome).toBe("not-applicable");
  });

  it("cannot judge where CONFIG GET hides the setting", () => {
    const node = redisNode({ config: without("cluster-require-full-coverage") });
    expect(judge(clusterFullCoverage, node).outcome).toBe("cannot-judge");
  });
});
