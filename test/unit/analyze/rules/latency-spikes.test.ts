import { describe, expect, it } from "vitest";
import { latencySpikes } from "../../../../src/analyze/rules/latency-spikes.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const observedSeconds = Date.parse("2026-11-20T12:00:00Z") / 1_000;
const spike = (maxMs: number, lastTime = observedSeconds) => ({ lastTime, lastMs: 5, maxMs });

describe("latency-spikes", () => {
  it.each([
    [100, "medium"],
    [999, "medium"],
    [1_000, "high"],
  ])("reports an event of %i ms as %s", (maxMs, priority) => {
    const { findings } = judge(latencySpikes, redisNode({ latency: { fork: spike(maxMs) } }));
    expect(findings).toMatchObject([{ priority, confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "fork max", value: maxMs }));
  });

  it("finds an event of 99 ms healthy", () => {
    expect(judge(latencySpikes, redisNode({ latency: { fork: spike(99) } })).outcome).toBe("healthy");
  });

  it("gives each event its own advice and the command that clears its history", () => {
    const { findings } = judge(
      latencySpikes,
      redisNode({ latency: { fork: spike(200), "expire-cycle": spike(2_000) } }),
    );
    expect(findings.map(({ issue, action }) => [issue, action])).toEqual([
      [expect.stringContaining("expire-cycle"), expect.stringContaining("TTLs")],
      [expect.stringContaining("fork"), expect.stringContaining("huge pages")],
    ]);
    expect(findings[1]?.commands).toContainEqual(expect.objectContaining({ argv: ["LATENCY", "RESET", "fork"] }));
  });

  it("has less confidence in a spike of more than an hour ago", () => {
    const at = (secondsAgo: number) => redisNode({ latency: { fork: spike(500, observedSeconds - secondsAgo) } });
    expect(judge(latencySpikes, at(3_600)).findings).toMatchObject([{ confidence: "high" }]);
    expect(judge(latencySpikes, at(3_601)).findings).toMatchObject([{ confidence: "medium" }]);
  });

  it("finds an empty history healthy while the monitor is on", () => {
    expect(judge(latencySpikes, redisNode()).outcome).toBe("healthy");
  });

  it("does not apply to an empty history while the monitor is off", () => {
    const node = redisNode({ config: { "latency-monitor-threshold": "0" } });
    expect(judge(latencySpikes, node).outcome).toBe("not-applicable");
  });

  it("reports what was recorded before the monitor was switched off", () => {
    const node = redisNode({ latency: { fork: spike(500) }, config: { "latency-monitor-threshold": "0" } });
    expect(judge(latencySpikes, node).findings).toHaveLength(1);
  });

  it("cannot judge an empty history when CONFIG does not show the threshold", () => {
    expect(judge(latencySpikes, redisNode({ config: { "latency-monitor-threshold": "" } })).outcome).toBe(
      "cannot-judge",
    );
  });

  it("needs CONFIG only to tell an empty history from a monitor that is off", () => {
    const config = missing("not-permitted", "CONFIG is not permitted");
    expect(judge(latencySpikes, redisNode({ config, latency: { fork: spike(500) } })).findings).toHaveLength(1);
    expect(judge(latencySpikes, redisNode({ config }))).toMatchObject({
      outcome: "cannot-judge",
      reason: "CONFIG is not permitted",
    });
  });

  it("cannot judge without LATENCY", () => {
    const node = redisNode({ latency: missing("not-permitted", "LATENCY is not permitted") });
    expect(judge(latencySpikes, node)).toMatchObject({ outcome: "cannot-judge", reason: "LATENCY is not permitted" });
  });
});
