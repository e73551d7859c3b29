import { describe, expect, it } from "vitest";
import { locksWithoutTtl } from "../../../../src/analyze/rules/locks-without-ttl.js";
import { missing } from "../../../../src/model/fact.js";
import { judgeKeyspace, wasteItem } from "../../../support/judge-keyspace.js";

describe("locks-without-ttl", () => {
  it("reports them, the groups by name", () => {
    const items = [
      wasteItem("locks-without-ttl", {
        pattern: "lock:*",
        keys: 300,
        bytes: null,
        savedBytes: null,
        confidence: "high",
      }),
      wasteItem("tiny-strings"),
    ];
    const [finding] = judgeKeyspace(locksWithoutTtl, { waste: { items } }).findings;
    expect(finding).toMatchObject({ priority: "medium", confidence: "high", nodes: ["10.0.0.5:6379"] });
    expect(finding?.evidence.map(({ fact, value }) => [fact, value])).toEqual([
      ["pattern", "lock:*"],
      ["keys", 300],
      ["basis", "from 8 values read of 12,000"],
    ]);
  });

  it("names several groups with the keys of each", () => {
    const items = [
      wasteItem("locks-without-ttl", { pattern: "lock:*", keys: 300 }),
      wasteItem("locks-without-ttl", { pattern: "mutex:*", keys: 20 }),
    ];
    const [finding] = judgeKeyspace(locksWithoutTtl, { waste: { items } }).findings;
    const facts = finding?.evidence.map(({ fact, value }) => [fact, value]);
    expect(facts).not.toContainEqual(["pattern", "lock:*"]);
    expect(facts).toEqual(
      expect.arrayContaining([
        ["keys", 320],
        ["lock:*", 300],
        ["mutex:*", 20],
      ]),
    );
  });

  it("finds a keyspace without them healthy", () => {
    expect(judgeKeyspace(locksWithoutTtl, { waste: { items: [wasteItem("tiny-strings")] } }).outcome).toBe("healthy");
  });

  it("cannot judge what was not looked into, nor a part of the keys", () => {
    const unknown = { waste: { unknown: [{ kind: "locks-without-ttl" as const, reason: "TTLs are not known" }] } };
    expect(judgeKeyspace(locksWithoutTtl, unknown)).toMatchObject({
      outcome: "cannot-judge",
      reason: "TTLs are not known",
    });
    expect(judgeKeyspace(locksWithoutTtl, { waste: missing("failed", "no keys") }).outcome).toBe("cannot-judge");
    expect(judgeKeyspace(locksWithoutTtl, { scan: { gaps: ["interrupted"] } }).outcome).toBe("cannot-judge");
  });
});
