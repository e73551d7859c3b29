import { describe, expect, it } from "vitest";
import { scriptsCachedMany } from "../../../../src/analyze/rules/scripts-cached-many.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

describe("scripts-cached-many", () => {
  it("reports more than 1000 cached scripts", () => {
    const [finding] = judge(scriptsCachedMany, redisNode({ memory: { cachedScriptCount: 1_001 } })).findings;
    expect(finding).toMatchObject({ priority: "medium", commands: [{ argv: ["SCRIPT", "FLUSH"] }] });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "number_of_cached_scripts", value: 1_001 }),
    );
  });

  it("finds 1000 healthy", () => {
    expect(judge(scriptsCachedMany, redisNode({ memory: { cachedScriptCount: 1_000 } })).outcome).toBe("healthy");
  });

  it("cannot judge when the number is not reported", () => {
    expect(judge(scriptsCachedMany, redisNode({ memory: { cachedScriptCount: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without memory", () => {
    const verdict = judge(scriptsCachedMany, redisNode({ memory: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
