import { describe, expect, it } from "vitest";
import { ttlCliff } from "../../../../src/analyze/rules/ttl-cliff.js";
import { missing } from "../../../../src/model/fact.js";
import { exactly, judgeKeyspace } from "../../../support/judge-keyspace.js";

const now = Date.parse("2026-11-20T12:00:00Z") / 1_000;

const due = (afterSeconds: number, keys: number, percent: number) => ({
  ttls: { cliffs: [{ at: now + afterSeconds, keys: exactly(keys), percent }] },
});

describe("ttl-cliff", () => {
  it("reports over a tenth of the keys due in one minute, and which", () => {
    const [finding] = judgeKeyspace(ttlCliff, due(3_600, 12_000, 12)).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "due at 2026-11-20T13:00Z", value: 12_000 }),
    );
  });

  it("finds a tenth, or fewer than 10,000 keys, healthy", () => {
    expect(judgeKeyspace(ttlCliff, due(3_600, 12_000, 10)).outcome).toBe("healthy");
    expect(judgeKeyspace(ttlCliff, due(3_600, 9_999, 99)).outcome).toBe("healthy");
  });

  it("finds full minutes within the next ten healthy: a steady stream of short TTLs looks so", () => {
    expect(judgeKeyspace(ttlCliff, due(599, 100_000, 90)).outcome).toBe("healthy");
    expect(judgeKeyspace(ttlCliff, due(600, 100_000, 90)).outcome).toBe("finding");
  });

  it("cannot judge without TTLs", () => {
    const refused = { ttls: missing("not-permitted", "PTTL is not permitted") };
    expect(judgeKeyspace(ttlCliff, refused)).toMatchObject({ outcome: "cannot-judge", findings: [] });
  });
});
