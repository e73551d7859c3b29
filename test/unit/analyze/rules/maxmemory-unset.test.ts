import { describe, expect, it } from "vitest";
import { maxmemoryUnset } from "../../../../src/analyze/rules/maxmemory-unset.js";
import { missing } from "../../../../src/model/fact.js";
import type { MemoryFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const unlimited = (memory: Partial<MemoryFacts>) => redisNode({ memory: { maxmemoryBytes: 0, ...memory } });

describe("maxmemory-unset", () => {
  it("reports a server without a limit", () => {
    const [finding] = judge(maxmemoryUnset, unlimited({})).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "maxmemory", value: 0 }));
  });

  it("suggests three quarters of the host, with which it is healthy", () => {
    const { findings } = judge(maxmemoryUnset, unlimited({ totalSystemBytes: 16_000_000_000 }));
    const maxmemory = "12000000000";
    expect(findings[0]?.commands).toMatchObject([{ argv: ["CONFIG", "SET", "maxmemory", maxmemory] }]);
    expect(judge(maxmemoryUnset, redisNode({ memory: { maxmemoryBytes: Number(maxmemory) } })).outcome).toBe("healthy");
  });

  it.each([{ usedBytes: 700, totalSystemBytes: 1_000 }, { totalSystemBytes: null }])(
    "suggests no limit where it would harm the present data or the host is unknown: %o",
    (memory) => {
      expect(judge(maxmemoryUnset, unlimited(memory)).findings).toMatchObject([{ commands: [] }]);
    },
  );

  it("finds any limit healthy", () => {
    expect(judge(maxmemoryUnset, redisNode({ memory: { maxmemoryBytes: 1 } })).outcome).toBe("healthy");
  });

  it("cannot judge when maxmemory is not reported", () => {
    expect(judge(maxmemoryUnset, redisNode({ memory: { maxmemoryBytes: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(maxmemoryUnset, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
