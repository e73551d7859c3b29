import { describe, expect, it } from "vitest";
import { memoryNearHost } from "../../../../src/analyze/rules/memory-near-host.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const onHost = (usedBytes: number) => redisNode({ memory: { usedBytes, totalSystemBytes: 1_000 } });

describe("memory-near-host", () => {
  it("reports data above 90 % of the host's memory", () => {
    const [finding] = judge(memoryNearHost, onHost(901)).findings;
    expect(finding).toMatchObject({ priority: "high" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "share of the host", value: 90.1 }));
  });

  it("finds exactly 90 % healthy", () => {
    expect(judge(memoryNearHost, onHost(900)).outcome).toBe("healthy");
  });

  it("judges a replica too", () => {
    const replica = redisNode({
      memory: { usedBytes: 950, totalSystemBytes: 1_000 },
      replication: { role: "replica" },
    });
    expect(judge(memoryNearHost, replica).findings).toHaveLength(1);
  });

  it("cannot judge when the host's memory is not reported", () => {
    expect(judge(memoryNearHost, redisNode({ memory: { totalSystemBytes: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(memoryNearHost, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
