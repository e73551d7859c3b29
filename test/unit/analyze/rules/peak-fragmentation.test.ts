import { describe, expect, it } from "vitest";
import { peakFragmentation } from "../../../../src/analyze/rules/peak-fragmentation.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const peaked = (peakBytes: number, usedBytes = 10_000_000) => redisNode({ memory: { peakBytes, usedBytes } });

describe("peak-fragmentation", () => {
  it("mentions a peak of more than one and a half times the present use", () => {
    const [finding] = judge(peakFragmentation, peaked(15_100_000)).findings;
    expect(finding).toMatchObject({ priority: "info" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "peak to used", value: 1.51 }));
  });

  it("finds exactly one and a half times healthy", () => {
    expect(judge(peakFragmentation, peaked(15_000_000)).outcome).toBe("healthy");
  });

  it("skips instances under 5 MiB", () => {
    expect(judge(peakFragmentation, peaked(50_000_000, 5 * 2 ** 20 - 1)).outcome).toBe("healthy");
    expect(judge(peakFragmentation, peaked(50_000_000, 5 * 2 ** 20)).outcome).toBe("finding");
  });

  it("cannot judge when the peak is not reported", () => {
    expect(judge(peakFragmentation, redisNode({ memory: { peakBytes: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(peakFragmentation, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
