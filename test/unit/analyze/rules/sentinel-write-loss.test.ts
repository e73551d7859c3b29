import { describe, expect, it } from "vitest";
import { sentinelWriteLoss } from "../../../../src/analyze/rules/sentinel-write-loss.js";
import { missing } from "../../../../src/model/fact.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-write-loss", () => {
  it.each([
    [1, null, "low"],
    [2, null, "medium"],
    [2, "cache", "info"],
  ] as const)("reports min-replicas-to-write 0 with %i replicas, role %j, as %s", (replicas, role, priority) => {
    const group = literalGroup({ replicas });
    group.change(0, { config: { "min-replicas-to-write": "0", "min-replicas-max-lag": "10" } });
    const { findings } = judge(sentinelWriteLoss, group.nodes(), { role });
    expect(findings).toMatchObject([{ priority, nodes: ["10.0.0.1:6379"] }]);
    expect(findings[0]?.commands).toMatchObject([{ argv: ["CONFIG", "SET", "min-replicas-to-write", "1"] }]);
  });

  it("reports min-replicas-max-lag 0, which turns it off too", () => {
    const group = literalGroup();
    group.change(1, { config: { "min-replicas-to-write": "1", "min-replicas-max-lag": "0" } });
    expect(judge(sentinelWriteLoss, group.nodes()).findings).toMatchObject([{ priority: "low" }]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelWriteLoss, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelWriteLoss, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge settings that a login may not see", () => {
    const group = literalGroup();
    group.change(1, { config: missing("not-permitted", "NOPERM") });
    expect(judge(sentinelWriteLoss, group.nodes()).outcome).toBe("cannot-judge");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelWriteLoss, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });

  it("says beside a finding that what was not seen may be worse, and not where nothing could be", () => {
    const outcomes = (replicas: number) => {
      const group = literalGroup({ replicas });
      group.change(0, { config: { "min-replicas-to-write": "0", "min-replicas-max-lag": "10" } });
      (group.sentinels[2] as LiteralSentinel).silent = true;
      const { findings, judgements } = judge(sentinelWriteLoss, group.nodes());
      return [findings[0]?.priority, judgements.filter(({ node }) => node === null).map(({ outcome }) => outcome)];
    };
    expect(outcomes(1)).toEqual(["low", ["finding", "cannot-judge"]]);
    expect(outcomes(2)).toEqual(["medium", ["finding"]]);
  });
});
