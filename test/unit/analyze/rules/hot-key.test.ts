import { describe, expect, it } from "vitest";
import { hotKey } from "../../../../src/analyze/rules/hot-key.js";
import { missing } from "../../../../src/model/fact.js";
import { hotKeysOf, judgeKeyspace } from "../../../support/judge-keyspace.js";

describe("hot-key", () => {
  it("reports over a fifth of a node's work as medium and over half of it as high", () => {
    const { findings } = judgeKeyspace(hotKey, { hotKeys: hotKeysOf({ "home:page": 51, "user:1": 21, "user:2": 20 }) });
    expect(findings).toMatchObject([{ priority: "high" }, { priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "home:page", value: 51, unit: "percent" }),
    );
  });

  it("finds the half of a few calls healthy", () => {
    const few = (score: number) => ({
      hotKeys: { keys: [{ key: "a", node: "10.0.0.5:6379", slot: null, score, percent: 50 }] },
    });
    expect(judgeKeyspace(hotKey, few(499)).outcome).toBe("healthy");
    expect(judgeKeyspace(hotKey, few(500)).outcome).toBe("finding");
  });

  it("does not apply to LFU counters, nor when hot keys were not asked for", () => {
    expect(judgeKeyspace(hotKey, { hotKeys: { method: "frequency" } }).outcome).toBe("not-applicable");
    const unasked = { hotKeys: missing("not-supported", "hot keys were not asked for (--hot)") };
    expect(judgeKeyspace(hotKey, unasked).outcome).toBe("not-applicable");
  });

  it("cannot judge when the whole is not known that a key has a share of", () => {
    const keys = [{ key: "a", node: "10.0.0.5:6379", slot: null, score: 9_000, percent: null }];
    expect(judgeKeyspace(hotKey, { hotKeys: { keys } }).outcome).toBe("cannot-judge");
  });

  it("cannot judge when the server refused to tell", () => {
    const refused = { hotKeys: missing("not-permitted", "MONITOR is not permitted") };
    expect(judgeKeyspace(hotKey, refused)).toMatchObject({ outcome: "cannot-judge", findings: [] });
  });
});
