import { describe, expect, it } from "vitest";
import { cpuSaturated } from "../../../../src/analyze/rules/cpu-saturated.js";
import { missing } from "../../../../src/model/fact.js";
import type { WindowFacts } from "../../../../src/model/facts.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

/** Replaces all counters: the healthy node's own would otherwise show through. */
function busy(counters: Record<string, number>, over: Partial<WindowFacts> = {}) {
  const node = redisNode({ window: { seconds: 10, ...over } });
  if (node.facts.window?.ok) node.facts.window.value.counters = counters;
  return node;
}

const mainThread = (user: number, sys: number) => ({
  used_cpu_user_main_thread: user,
  used_cpu_sys_main_thread: sys,
  used_cpu_user: 30,
  used_cpu_sys: 30,
});

describe("cpu-saturated", () => {
  it("reports 80 % of a core on the main thread as high", () => {
    const { findings } = judge(cpuSaturated, busy(mainThread(6, 2)));
    expect(findings).toMatchObject([{ priority: "high", confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "used_cpu_user_main_thread + used_cpu_sys_main_thread", value: 80 }),
    );
  });

  it("finds 79.9 % healthy, whatever other threads use", () => {
    expect(judge(cpuSaturated, busy(mainThread(6, 1.99))).outcome).toBe("healthy");
  });

  it("judges the whole process with less confidence where the main thread is not reported", () => {
    const { findings } = judge(cpuSaturated, busy({ used_cpu_user: 7, used_cpu_sys: 2 }));
    expect(findings).toMatchObject([{ priority: "high", confidence: "medium" }]);
  });

  it("has low confidence in an average since start", () => {
    const node = busy(mainThread(550, 0), { basis: "since-start", seconds: 600 });
    expect(judge(cpuSaturated, node).findings).toMatchObject([{ confidence: "low" }]);
  });

  it("does not take the loading of a dataset for load", () => {
    const since = (userSeconds: number) =>
      judge(cpuSaturated, busy(mainThread(userSeconds, 0), { basis: "since-start", seconds: 599 }));
    expect(since(550)).toMatchObject({
      outcome: "cannot-judge",
      reason: expect.stringContaining("--sample") as string,
    });
    expect(since(100).outcome).toBe("healthy");
  });

  it("takes the threshold of the profile", () => {
    const target = { thresholds: { "cpu-saturated": { percent: 50 } } };
    expect(judge(cpuSaturated, busy(mainThread(5, 0)), target).findings).toHaveLength(1);
  });

  it("cannot judge without CPU times, without a window, or without INFO", () => {
    expect(judge(cpuSaturated, busy({})).outcome).toBe("cannot-judge");
    expect(judge(cpuSaturated, busy(mainThread(1, 1), { seconds: 0 })).outcome).toBe("cannot-judge");
    const denied = redisNode({ window: missing("not-permitted", "INFO is not permitted") });
    expect(judge(cpuSaturated, denied)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
