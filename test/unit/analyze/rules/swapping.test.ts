import { describe, expect, it } from "vitest";
import { swapping } from "../../../../src/analyze/rules/swapping.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const resident = (fragmentationRatio: number, usedBytes = 2 ** 30) =>
  redisNode({ memory: { fragmentationRatio, usedBytes } });

describe("swapping", () => {
  it("reports less resident than used memory", () => {
    const [finding] = judge(swapping, resident(0.99)).findings;
    expect(finding).toMatchObject({ priority: "high", confidence: "medium" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "mem_fragmentation_ratio", value: 0.99 }));
  });

  it("finds a ratio of 1 healthy", () => {
    expect(judge(swapping, resident(1)).outcome).toBe("healthy");
  });

  it("begins at 64 MiB, below which the ratio says nothing", () => {
    expect(judge(swapping, resident(0.5, 64 * 2 ** 20 - 1)).outcome).toBe("healthy");
    expect(judge(swapping, resident(0.5, 64 * 2 ** 20)).outcome).toBe("finding");
  });

  it("cannot judge when the ratio is not reported", () => {
    expect(judge(swapping, redisNode({ memory: { fragmentationRatio: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(swapping, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
