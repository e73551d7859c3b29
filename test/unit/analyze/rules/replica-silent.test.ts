import { describe, expect, it } from "vitest";
import { replicaSilent } from "../../../../src/analyze/rules/replica-silent.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const replica = (lastIoSecondsAgo: number | null, linkStatus = "up") =>
  redisNode({ replication: { role: "replica", linkStatus, lastIoSecondsAgo } });

describe("replica-silent", () => {
  it("reports 31 seconds without a word from the primary", () => {
    const { findings } = judge(replicaSilent, replica(31));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "master_last_io_seconds_ago", value: 31, unit: "seconds" }),
    );
  });

  it("finds 30 seconds healthy", () => {
    expect(judge(replicaSilent, replica(30)).outcome).toBe("healthy");
  });

  it("does not apply while the link is down", () => {
    expect(judge(replicaSilent, replica(-1, "down")).outcome).toBe("not-applicable");
  });

  it("does not apply to a primary", () => {
    expect(judge(replicaSilent, redisNode()).outcome).toBe("not-applicable");
  });

  it.each([null, -1])("cannot judge %s seconds on a link that is up", (seconds) => {
    expect(judge(replicaSilent, replica(seconds)).outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO replication", () => {
    const node = redisNode({ replication: missing("not-permitted", "INFO is not permitted") });
    expect(judge(replicaSilent, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
