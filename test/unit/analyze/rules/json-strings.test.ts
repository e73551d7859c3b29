import { describe, expect, it } from "vitest";
import { jsonStrings } from "../../../../src/analyze/rules/json-strings.js";
import { missing } from "../../../../src/model/fact.js";
import { exactly, judgeKeyspace, wasteItem } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;

const bytes = (size: number) => ({
  keyTotals: { bytes: exactly(1_000 * mebibyte) },
  waste: { items: [wasteItem("json-strings", { bytes: size * mebibyte })] },
});

describe("json-strings", () => {
  it("reports what is worth the work as low, with the bytes and how it was found", () => {
    const [finding] = judgeKeyspace(jsonStrings, bytes(100)).findings;
    expect(finding).toMatchObject({ priority: "low", confidence: "medium" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "their bytes", value: 100 * mebibyte }));
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "pattern", value: "page:*" }));
    expect(finding?.evidence.at(-1)).toMatchObject({ value: "from 8 values read of 12,000" });
  });

  it("only notes what is under a tenth of the memory or under 100 MB", () => {
    expect(judgeKeyspace(jsonStrings, bytes(99)).findings).toMatchObject([{ priority: "info" }]);
    const large = { ...bytes(150), keyTotals: { bytes: exactly(1_501 * mebibyte) } };
    expect(judgeKeyspace(jsonStrings, large).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds a keyspace without such keys healthy", () => {
    expect(judgeKeyspace(jsonStrings).outcome).toBe("healthy");
  });

  it("cannot judge what was not looked into", () => {
    const unknown = { waste: { unknown: [{ kind: "json-strings" as const, reason: "values were not read" }] } };
    expect(judgeKeyspace(jsonStrings, unknown)).toMatchObject({
      outcome: "cannot-judge",
      reason: "values were not read",
      findings: [],
    });
    expect(judgeKeyspace(jsonStrings, { waste: missing("failed", "no keys") }).outcome).toBe("cannot-judge");
  });
});
