import { describe, expect, it } from "vitest";
import { allRules } from "../../../src/analyze/rules/index.js";
import { defineRule, defineTargetRule, evidence, type Rule } from "../../../src/analyze/rule.js";
import { runRules } from "../../../src/analyze/run-rules.js";
import { missing } from "../../../src/model/fact.js";
import { memcachedNode, observationOf, redisNode } from "../../support/facts.js";
import { judge } from "../../support/judge.js";

const described = { category: "memory", issue: "Too much", reason: "Because.", source: "cachectl" } as const;

const usedMemory: Rule = defineRule({
  ...described,
  id: "used-memory",
  priorities: ["low", "high"],
  needs: ["memory"],
  thresholds: { bytes: { default: 100, unit: "bytes" } },
  check: ({ memory }, { node, thresholds }) =>
    (memory.usedBytes ?? 0) > thresholds.bytes
      ? { priority: "high", action: "Use less.", evidence: [evidence(node, "used_memory", memory.usedBytes, "bytes")] }
      : null,
});

const roles: Rule = defineTargetRule({
  ...described,
  id: "roles",
  priorities: ["medium"],
  needs: ["replication"],
  check: (views) => (views.length > 1 ? { priority: "medium", action: "Look.", evidence: [] } : null),
});

const at = (address: string, usedBytes = 1_000) => redisNode({ node: { address }, memory: { usedBytes } });

describe("runRules", () => {
  it("joins equal findings of many nodes into one, in the order people count", () => {
    const { findings } = judge(usedMemory, [at("10.0.0.11:1"), at("10.0.0.2:1"), at("10.0.0.3:1", 5)]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.nodes).toEqual(["10.0.0.2:1", "10.0.0.11:1"]);
    expect(findings[0]?.evidence.map(({ node }) => node)).toEqual(["10.0.0.11:1", "10.0.0.2:1"]);
  });

  it("takes thresholds from the profile over the rule's own", () => {
    const target = { thresholds: { "used-memory": { bytes: 5_000 } } };
    expect(judge(usedMemory, at("10.0.0.2:1"), target).outcome).toBe("healthy");
  });

  it("says why it cannot judge when a needed fact was refused", () => {
    const node = redisNode({ memory: missing("not-permitted", "INFO is refused") });
    expect(judge(usedMemory, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is refused" });
  });

  it("does not count what a server does not have against it", () => {
    const node = redisNode({ memory: missing("not-supported", "no memory section") });
    expect(judge(usedMemory, node)).toMatchObject({ outcome: "not-applicable", reason: "no memory section" });
  });

  it("judges a target by the nodes it saw and says which it did not see", () => {
    const unseen = redisNode({ node: { address: "10.0.0.9:1" }, replication: missing("unreachable", "no answer") });
    const { findings, judgements } = judge(roles, [at("10.0.0.2:1"), at("10.0.0.3:1"), unseen]);
    expect(findings[0]?.nodes).toEqual(["10.0.0.2:1", "10.0.0.3:1"]);
    expect(judgements).toContainEqual(
      expect.objectContaining({ node: "10.0.0.9:1", outcome: "cannot-judge", reason: "no answer" }),
    );
  });

  it("leaves out an ignored rule until its date", () => {
    const ignore = (until: string | null) => ({ ignore: [{ rule: "used-memory", reason: "known", until }] });
    expect(judge(usedMemory, at("10.0.0.2:1"), ignore(null))).toMatchObject({ outcome: "ignored", reason: "known" });
    expect(judge(usedMemory, at("10.0.0.2:1"), ignore("2026-11-21")).outcome).toBe("ignored");
    expect(judge(usedMemory, at("10.0.0.2:1"), ignore("2026-11-20")).outcome).toBe("finding");
  });

  it("goes on when a rule itself fails, and says so", () => {
    const broken: Rule = defineRule({
      ...described,
      id: "broken",
      priorities: ["critical"],
      needs: [],
      check: () => {
        throw new TypeError("oops");
      },
    });
    const { findings, judgements } = runRules(observationOf([at("10.0.0.2:1")]), [broken, usedMemory]);
    expect(findings).toHaveLength(1);
    expect(judgements[0]).toMatchObject({ outcome: "cannot-judge", worstCase: "critical" });
    expect(judgements[0]?.reason).toContain("oops");
  });

  it("puts the most urgent first, and what stops users now before what may harm some day", () => {
    const full = { memory: { usedBytes: 99, maxmemoryBytes: 100, maxmemoryPolicy: "noeviction" } };
    const old = { server: { version: "8.0.1", product: "redis" } } as const;
    const { findings } = runRules(observationOf([redisNode({ ...full, ...old })]), allRules);
    const critical = findings.filter(({ priority }) => priority === "critical").map(({ category }) => category);
    expect(critical.at(0)).toBe("eviction");
    expect(critical.at(-1)).toBe("version");
    const order = findings.map(({ priority }) => priority);
    expect(order).toEqual([...order].sort((a, b) => priorities.indexOf(b) - priorities.indexOf(a)));
  });

  it("finds nothing above info on the healthy nodes that tests start from", () => {
    const { findings } = runRules(observationOf([redisNode(), memcachedNode()]), allRules);
    expect(findings.filter(({ priority }) => priority !== "info")).toEqual([]);
  });
});

const priorities: string[] = ["info", "low", "medium", "high", "critical"];

describe("the catalogue", () => {
  it("describes every rule fully", () => {
    for (const rule of allRules) {
      expect(rule.reason.length, rule.id).toBeGreaterThan(40);
      expect(rule.issue, rule.id).not.toMatch(/\.$/);
      expect(rule.needs.length, rule.id).toBeGreaterThan(0);
      const ascending = [...rule.priorities].sort((a, b) => priorities.indexOf(a) - priorities.indexOf(b));
      expect(rule.priorities, rule.id).toEqual(ascending);
    }
  });

  it("never reports a priority that a rule does not declare", () => {
    const { findings } = runRules(
      observationOf([redisNode({ memory: { usedBytes: 99, maxmemoryBytes: 100 } }), memcachedNode()]),
      allRules,
    );
    for (const { ruleId, priority } of findings)
      expect(allRules.find(({ id }) => id === ruleId)?.priorities, ruleId).toContain(priority);
  });
});
