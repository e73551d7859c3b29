import { describe, expect, it } from "vitest";
import { defineRule, defineTargetRule, evidence } from "../../../src/analyze/rule.js";
import { missing } from "../../../src/model/fact.js";
import { memcachedNode, redisNode } from "../../support/facts.js";
import { judge } from "../../support/judge.js";

const common = {
  category: "configuration",
  issue: "Test",
  priorities: ["info"],
  reason: "",
  source: "cachectl",
} as const;

const ofNode = defineRule({
  ...common,
  id: "of-node",
  families: ["redis", "memcached"],
  needs: ["reachability"],
  wants: ["config"],
  check: (_facts, { node }, { config }) => ({
    priority: "info",
    action: "",
    evidence: [evidence(node, "bind", config.ok ? (config.value["bind"] ?? null) : config.reason)],
  }),
});

const ofTarget = defineTargetRule({
  ...common,
  id: "of-target",
  needs: ["reachability"],
  wants: ["config"],
  check: (views) => ({
    priority: "info",
    action: "",
    evidence: views.map(({ node, wanted: { config } }) =>
      evidence(node, "config", config.ok ? "known" : config.reason),
    ),
  }),
});

describe("wanted facts", () => {
  it("reach a node rule when they are known", () => {
    expect(judge(ofNode, redisNode()).findings[0]?.evidence[0]?.value).toBe("127.0.0.1 -::1");
  });

  it("reach a node rule with their reason when they are missing, and do not keep it from judging", () => {
    const node = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(ofNode, node).findings[0]?.evidence[0]?.value).toBe("CONFIG is not permitted");
  });

  it("are missing where nobody collected them", () => {
    expect(judge(ofNode, memcachedNode()).findings[0]?.evidence[0]?.value).toBe("config was not collected");
  });

  it("reach a target rule beside each view's facts", () => {
    const nodes = [
      redisNode(),
      redisNode({ node: { address: "10.0.0.6:6379" }, config: missing("failed", "timed out") }),
    ];
    expect(judge(ofTarget, nodes).findings[0]?.evidence.map(({ value }) => value)).toEqual(["known", "timed out"]);
  });
});
