import { describe, expect, it } from "vitest";
import { streamGroupStuck } from "../../../../src/analyze/rules/stream-group-stuck.js";
import { missing } from "../../../../src/model/fact.js";
import { judgeKeyspace, wasteItem } from "../../../support/judge-keyspace.js";

describe("stream-group-stuck", () => {
  it("reports them, the groups by name", () => {
    const items = [
      wasteItem("stuck-consumer-groups", {
        pattern: "events",
        keys: 300,
        bytes: null,
        savedBytes: null,
        confidence: "high",
      }),
      wasteItem("tiny-strings"),
    ];
    const [finding] = judgeKeyspace(streamGroupStuck, { waste: { items } }).findings;
    expect(finding).toMatchObject({ priority: "medium", confidence: "high", nodes: ["10.0.0.5:6379"] });
    expect(finding?.evidence.map(({ fact, value }) => [fact, value])).toEqual([
      ["pattern", "events"],
      ["keys", 300],
      ["basis", "from 8 values read of 12,000"],
    ]);
  });

  it("advises what each kind of group asks for, once", () => {
    const items = ["Destroy it.", "Claim them.", "Destroy it."].map((advice) =>
      wasteItem("stuck-consumer-groups", { advice }),
    );
    expect(judgeKeyspace(streamGroupStuck, { waste: { items } }).findings).toMatchObject([
      { action: "Destroy it. Claim them." },
    ]);
  });

  it("finds a keyspace without them healthy", () => {
    expect(judgeKeyspace(streamGroupStuck, { waste: { items: [wasteItem("tiny-strings")] } }).outcome).toBe("healthy");
  });

  it("cannot judge what was not looked into, nor a part of the keys", () => {
    const unknown = { waste: { unknown: [{ kind: "stuck-consumer-groups" as const, reason: "TTLs are not known" }] } };
    expect(judgeKeyspace(streamGroupStuck, unknown)).toMatchObject({
      outcome: "cannot-judge",
      reason: "TTLs are not known",
    });
    expect(judgeKeyspace(streamGroupStuck, { waste: missing("failed", "no keys") }).outcome).toBe("cannot-judge");
    expect(judgeKeyspace(streamGroupStuck, { scan: { gaps: ["interrupted"] } }).outcome).toBe("cannot-judge");
  });
});
