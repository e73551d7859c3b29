import { describe, expect, it } from "vitest";
import { sentinelDownAfterTight } from "../../../../src/analyze/rules/sentinel-down-after-tight.js";
import { missing } from "../../../../src/model/fact.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-down-after-tight", () => {
  it.each([
    [15_000, []],
    [15_001, [{ priority: "medium" }]],
  ])("judges a stall of %i ms against 30 s", (maxMs, expected) => {
    const group = literalGroup();
    group.change(0, { latency: { command: { lastTime: 0, lastMs: 1, maxMs } } });
    expect(judge(sentinelDownAfterTight, group.nodes()).findings).toMatchObject(expected);
  });

  it("counts a fork, and asks for twice the stall", () => {
    const group = literalGroup();
    group.change(1, { counters: { latest_fork_usec: 16_200_000 } });
    const { findings } = judge(sentinelDownAfterTight, group.nodes());
    expect(findings[0]?.commands[0]).toMatchObject({
      argv: ["SENTINEL", "SET", "mymaster", "down-after-milliseconds", "33000"],
    });
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelDownAfterTight, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelDownAfterTight, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelDownAfterTight, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });

  it("cannot judge stalls that its login may not see, but one that it saw", () => {
    const group = literalGroup();
    group.change(0, { latency: missing("not-permitted", "the login may not run LATENCY") });
    expect(judge(sentinelDownAfterTight, group.nodes()).judgements).toContainEqual(
      expect.objectContaining({ outcome: "cannot-judge" }),
    );
    group.change(1, { counters: { latest_fork_usec: 16_200_000 } });
    expect(judge(sentinelDownAfterTight, group.nodes()).findings).toHaveLength(1);
  });
});
