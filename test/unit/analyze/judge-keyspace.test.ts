import { describe, expect, it } from "vitest";
import { defineKeyspaceRule, type CheckResult } from "../../../src/analyze/rule.js";
import { runRules } from "../../../src/analyze/run-rules.js";
import { missing } from "../../../src/model/fact.js";
import { observationOf, redisNode } from "../../support/facts.js";
import { judgeKeyspace, keyspaceTopics } from "../../support/judge-keyspace.js";

const described = { category: "keyspace", issue: "Big", reason: "Because.", source: "cachectl" } as const;

function ruleThatSays(result: CheckResult, rests: "every-key" | "shares" = "every-key") {
  return defineKeyspaceRule({
    ...described,
    id: "big",
    priorities: ["low", "high"],
    needs: ["largestKeys"],
    rests,
    check: () => result,
  });
}

const found = { priority: "high", action: "Split it.", evidence: [] } as const;
const silent = ruleThatSays(null);

describe("a rule over the keys", () => {
  it("is healthy when it finds nothing in all keys", () => {
    expect(judgeKeyspace(silent)).toMatchObject({ outcome: "healthy", findings: [] });
  });

  it("reports what it finds however little was seen", () => {
    const rule = ruleThatSays({ ...found, evidence: [] });
    const seen = { scan: { complete: false, gaps: ["10.0.0.5:6379 went away"], sampleRatio: 0.01 } };
    expect(judgeKeyspace(rule, seen)).toMatchObject({ outcome: "finding", findings: [{ priority: "high" }] });
  });

  it("cannot judge when it finds nothing and a part was not seen", () => {
    const seen = { scan: { complete: false, gaps: ["10.0.0.5:6379 went away"] } };
    expect(judgeKeyspace(silent, seen)).toMatchObject({
      outcome: "cannot-judge",
      reason: "10.0.0.5:6379 went away",
    });
    expect(judgeKeyspace(ruleThatSays([], "shares"), seen).outcome).toBe("cannot-judge");
  });

  it("is content with a sample when it weighs shares, and not when one key is enough", () => {
    const sampled = { scan: { complete: false, sampleRatio: 0.05 } };
    expect(judgeKeyspace(ruleThatSays(null, "shares"), sampled).outcome).toBe("healthy");
    expect(judgeKeyspace(silent, sampled)).toMatchObject({
      outcome: "cannot-judge",
      reason: "only 5 % of the keys were measured",
    });
  });

  it("cannot judge without a topic it needs, and does not apply where there is no such thing", () => {
    const refused = missing("not-permitted", "this login may not: MEMORY USAGE");
    expect(judgeKeyspace(silent, { largestKeys: refused })).toMatchObject({
      outcome: "cannot-judge",
      reason: "this login may not: MEMORY USAGE",
    });
    const absent = missing("not-supported", "a Memcached item has no elements");
    expect(judgeKeyspace(silent, { largestKeys: absent }).outcome).toBe("not-applicable");
  });

  it("cannot judge when nobody knows how the pass went", () => {
    expect(judgeKeyspace(silent, { scan: missing("failed", "the scan broke off") }).outcome).toBe("cannot-judge");
    const observation = observationOf([redisNode()]);
    const { largestKeys } = keyspaceTopics();
    const targets = observation.targets.map((target) => ({ ...target, keyspace: { largestKeys } }));
    const { judgements } = runRules({ ...observation, targets } as typeof observation, [silent]);
    expect(judgements).toMatchObject([{ outcome: "cannot-judge" }]);
  });

  it("is not judged at all where no key was read", () => {
    expect(runRules(observationOf([redisNode()]), [silent])).toEqual({ findings: [], judgements: [] });
  });

  it("knows the node of an address, also of one that was not observed", () => {
    const addresses: string[] = [];
    const rule = defineKeyspaceRule({
      ...described,
      id: "addresses",
      priorities: ["low"],
      needs: ["scan"],
      rests: "shares",
      check: (_, { nodeAt }) => {
        addresses.push(nodeAt("10.0.0.5:6379").role, nodeAt("10.9.9.9:1").address);
        return null;
      },
    });
    judgeKeyspace(rule);
    expect(addresses).toEqual(["primary", "10.9.9.9:1"]);
  });
});
