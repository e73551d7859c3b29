import { describe, expect, it } from "vitest";
import { sessionsWithoutTtl } from "../../../../src/analyze/rules/sessions-without-ttl.js";
import { missing } from "../../../../src/model/fact.js";
import { judgeKeyspace, wasteItem } from "../../../support/judge-keyspace.js";

describe("sessions-without-ttl", () => {
  it("reports them, the groups by name", () => {
    const items = [
      wasteItem("sessions-without-ttl", {
        pattern: "sess:*",
        keys: 300,
        bytes: null,
        savedBytes: null,
        confidence: "high",
      }),
      wasteItem("tiny-strings"),
    ];
    const [finding] = judgeKeyspace(sessionsWithoutTtl, { waste: { items } }).findings;
    expect(finding).toMatchObject({ priority: "medium", confidence: "high", nodes: ["10.0.0.5:6379"] });
    expect(finding?.evidence.map(({ fact, value }) => [fact, value])).toEqual([
      ["pattern", "sess:*"],
      ["keys", 300],
      ["basis", "from 8 values read of 12,000"],
    ]);
  });

  it("finds a keyspace without them healthy", () => {
    expect(judgeKeyspace(sessionsWithoutTtl, { waste: { items: [wasteItem("tiny-strings")] } }).outcome).toBe(
      "healthy",
    );
  });

  it("cannot judge what was not looked into, nor a part of the keys", () => {
    const unknown = { waste: { unknown: [{ kind: "sessions-without-ttl" as const, reason: "TTLs are not known" }] } };
    expect(judgeKeyspace(sessionsWithoutTtl, unknown)).toMatchObject({
      outcome: "cannot-judge",
      reason: "TTLs are not known",
    });
    expect(judgeKeyspace(sessionsWithoutTtl, { waste: missing("failed", "no keys") }).outcome).toBe("cannot-judge");
    expect(judgeKeyspace(sessionsWithoutTtl, { scan: { gaps: ["interrupted"] } }).outcome).toBe("cannot-judge");
  });
});
