import { describe, expect, it } from "vitest";
import type { Recommendation } from "../../../src/model/report.js";
import { joinTargets } from "../../../src/report/table/join-targets.js";

const recommendation = (over: Partial<Recommendation>): Recommendation => ({
  category: "memory",
  issue: "High memory utilization",
  action: "Raise maxmemory.",
  priority: "high",
  ruleId: "memory-near-limit",
  target: "a",
  node: "10.0.0.1:1",
  nodes: ["10.0.0.1:1"],
  reason: "",
  evidence: [],
  commands: ["x"],
  confidence: "high",
  ...over,
});

describe("joinTargets", () => {
  it("joins what differs only in target, nodes, evidence and commands", () => {
    const b = recommendation({ target: "b", nodes: ["10.0.0.2:1"], commands: ["y"], confidence: "low" });
    expect(joinTargets([recommendation({}), b])).toMatchObject([
      {
        confidence: "low",
        nodes: ["10.0.0.1:1", "10.0.0.2:1"],
        commands: ["x", "y"],
        places: [
          { target: "a", nodes: ["10.0.0.1:1"] },
          { target: "b", nodes: ["10.0.0.2:1"] },
        ],
      },
    ]);
  });

  it("keeps other priorities, issues and actions apart, in their order", () => {
    const items = [recommendation({}), recommendation({ priority: "low" }), recommendation({ action: "Wait." })];
    expect(joinTargets(items).map(({ priority, action }) => [priority, action])).toEqual([
      ["high", "Raise maxmemory."],
      ["low", "Raise maxmemory."],
      ["high", "Wait."],
    ]);
  });
});
