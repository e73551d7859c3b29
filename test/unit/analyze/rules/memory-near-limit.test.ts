import { describe, expect, it } from "vitest";
import { memoryNearLimit } from "../../../../src/analyze/rules/memory-near-limit.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const filled = (usedBytes: number) => redisNode({ memory: { usedBytes, maxmemoryBytes: 1_000 } });

describe("memory-near-limit", () => {
  it.each([
    [800, "medium"],
    [900, "high"],
    [950, "critical"],
    [1_200, "critical"],
  ])("reports %i of 1000 bytes as %s", (usedBytes, priority) => {
    const { findings } = judge(memoryNearLimit, filled(usedBytes));
    expect(findings).toMatchObject([{ priority, nodes: ["10.0.0.5:6379"] }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "used_memory", value: usedBytes }));
  });

  it("suggests a maxmemory under which the same data is healthy", () => {
    const command = judge(memoryNearLimit, filled(990)).findings[0]?.commands[0];
    const maxmemoryBytes = Number(command?.kind === "server" ? command.argv.at(-1) : Number.NaN);
    expect(judge(memoryNearLimit, redisNode({ memory: { usedBytes: 990, maxmemoryBytes } })).outcome).toBe("healthy");
  });

  it("calls a full cache medium where any key may be evicted, and critical where none may", () => {
    const judgeFull = (maxmemoryPolicy: string) =>
      judge(memoryNearLimit, redisNode({ memory: { usedBytes: 999, maxmemoryBytes: 1_000, maxmemoryPolicy } }), {
        role: "cache",
      }).findings;
    expect(judgeFull("allkeys-lfu")).toMatchObject([{ priority: "medium" }]);
    expect(judgeFull("noeviction")).toMatchObject([{ priority: "critical" }]);
  });

  it("finds 79.9 % healthy", () => {
    expect(judge(memoryNearLimit, filled(799)).outcome).toBe("healthy");
  });

  it("takes the thresholds of the profile, and does not lower a limit that is roomy already", () => {
    const target = { thresholds: { "memory-near-limit": { mediumPercent: 50 } } };
    expect(judge(memoryNearLimit, filled(600), target).findings).toMatchObject([{ priority: "medium", commands: [] }]);
  });

  it("does not apply without maxmemory", () => {
    expect(judge(memoryNearLimit, redisNode({ memory: { maxmemoryBytes: 0 } })).outcome).toBe("not-applicable");
  });

  it("cannot judge without INFO memory", () => {
    const verdict = judge(memoryNearLimit, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
