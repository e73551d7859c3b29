import { describe, expect, it } from "vitest";
import { streamUntrimmed } from "../../../../src/analyze/rules/stream-untrimmed.js";
import { missing } from "../../../../src/model/fact.js";
import { judgeKeyspace, wasteItem } from "../../../support/judge-keyspace.js";

const stream = (bytes: number) => ({
  waste: { items: [wasteItem("untrimmed-streams", { pattern: "events", bytes })] },
});

describe("stream-untrimmed", () => {
  it("reports 100 MB of streams without a trim as medium, less as low", () => {
    const [finding] = judgeKeyspace(streamUntrimmed, stream(100 * 2 ** 20)).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "their bytes", value: 100 * 2 ** 20 }));
    expect(judgeKeyspace(streamUntrimmed, stream(100 * 2 ** 20 - 1)).findings).toMatchObject([{ priority: "low" }]);
  });

  it("finds a keyspace without such streams healthy", () => {
    expect(judgeKeyspace(streamUntrimmed).outcome).toBe("healthy");
  });

  it("cannot judge where streams could not be looked at", () => {
    const unknown = { waste: { unknown: [{ kind: "untrimmed-streams" as const, reason: "XINFO is not permitted" }] } };
    expect(judgeKeyspace(streamUntrimmed, unknown)).toMatchObject({ outcome: "cannot-judge", findings: [] });
    expect(judgeKeyspace(streamUntrimmed, { waste: missing("failed", "no keys") }).outcome).toBe("cannot-judge");
  });
});
