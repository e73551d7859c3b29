import { describe, expect, it } from "vitest";
import { coldData } from "../../../../src/analyze/rules/cold-data.js";
import { missing } from "../../../../src/model/fact.js";
import type { KeyGroup } from "../../../../src/model/keyspace.js";
import { exactly, judgeKeyspace, keyGroup, nodeScan } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;
const week = 604_800;

const idle = (p50: number, fields: Partial<KeyGroup> = {}) => ({
  keyGroups: {
    groups: [keyGroup({ idleSeconds: { p10: 0, p50, p90: p50, max: p50 }, sharePercent: 10, ...fields })],
  },
});

describe("cold-data", () => {
  it("reports a group of a cache whose median key is idle for over a week", () => {
    const [finding] = judgeKeyspace(coldData, idle(week + 1), { target: { role: "cache" } }).findings;
    expect(finding).toMatchObject({ priority: "low", confidence: "medium" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "session:* idle (median)", value: week + 1 }),
    );
  });

  it("only notes it where old data may be meant to stay", () => {
    expect(judgeKeyspace(coldData, idle(week + 1)).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds a week, less than a tenth, and less than 10 MB, healthy", () => {
    expect(judgeKeyspace(coldData, idle(week)).outcome).toBe("healthy");
    expect(judgeKeyspace(coldData, idle(2 * week, { sharePercent: 9.9 })).outcome).toBe("healthy");
    expect(judgeKeyspace(coldData, idle(2 * week, { bytes: exactly(9 * mebibyte) })).outcome).toBe("healthy");
  });

  it("does not apply under an LFU policy, which keeps no idle times", () => {
    expect(judgeKeyspace(coldData, { keyGroups: { groups: [keyGroup({ idleSeconds: null })] } }).outcome).toBe(
      "not-applicable",
    );
  });

  it("cannot judge without sizes", () => {
    expect(judgeKeyspace(coldData, idle(2 * week, { bytes: null })).outcome).toBe("cannot-judge");
  });

  it("cannot judge where OBJECT is refused, or without groups", () => {
    const refused = [
      { command: "OBJECT IDLETIME", cause: "not-permitted" as const, reason: "OBJECT is not permitted" },
    ];
    const verdict = judgeKeyspace(coldData, {
      scan: { nodes: [nodeScan({ refused })] },
      keyGroups: { groups: [keyGroup({ idleSeconds: null })] },
    });
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "OBJECT is not permitted", findings: [] });
    expect(judgeKeyspace(coldData, { keyGroups: missing("failed", "no keys") }).outcome).toBe("cannot-judge");
  });
});
