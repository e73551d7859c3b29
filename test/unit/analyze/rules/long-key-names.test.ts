import { describe, expect, it } from "vitest";
import { longKeyNames } from "../../../../src/analyze/rules/long-key-names.js";
import { missing } from "../../../../src/model/fact.js";
import { exactly, judgeKeyspace, wasteItem } from "../../../support/judge-keyspace.js";

const mebibyte = 2 ** 20;

const savedBytes = (size: number) => ({
  keyTotals: { bytes: exactly(1_000 * mebibyte) },
  waste: { items: [wasteItem("long-names", { savedBytes: size * mebibyte })] },
});

describe("long-key-names", () => {
  it("reports what is worth the work as low, with the saving and how it was found", () => {
    const [finding] = judgeKeyspace(longKeyNames, savedBytes(100)).findings;
    expect(finding).toMatchObject({ priority: "low", confidence: "medium" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "estimated saving", value: 100 * mebibyte }),
    );
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "pattern", value: "page:*" }));
    expect(finding?.evidence.at(-1)).toMatchObject({ value: "from 8 values read of 12,000" });
  });

  it("only notes what is under a tenth of the memory or under 100 MB", () => {
    expect(judgeKeyspace(longKeyNames, savedBytes(99)).findings).toMatchObject([{ priority: "info" }]);
    const large = { ...savedBytes(150), keyTotals: { bytes: exactly(1_501 * mebibyte) } };
    expect(judgeKeyspace(longKeyNames, large).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds a keyspace without such keys healthy", () => {
    expect(judgeKeyspace(longKeyNames).outcome).toBe("healthy");
  });

  it("cannot judge what was not looked into", () => {
    const unknown = { waste: { unknown: [{ kind: "long-names" as const, reason: "values were not read" }] } };
    expect(judgeKeyspace(longKeyNames, unknown)).toMatchObject({
      outcome: "cannot-judge",
      reason: "values were not read",
      findings: [],
    });
    expect(judgeKeyspace(longKeyNames, { waste: missing("failed", "no keys") }).outcome).toBe("cannot-judge");
  });
});
