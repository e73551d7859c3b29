import { describe, expect, it } from "vitest";
import { latencyMonitorOff } from "../../../../src/analyze/rules/latency-monitor-off.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const monitor = (thresholdMs: string) => redisNode({ config: { "latency-monitor-threshold": thresholdMs } });

describe("latency-monitor-off", () => {
  it("reports a threshold of 0 and the command that enables the monitor", () => {
    const { findings } = judge(latencyMonitorOff, monitor("0"));
    expect(findings).toMatchObject([
      { priority: "info", commands: [{ argv: ["CONFIG", "SET", "latency-monitor-threshold", "100"] }] },
    ]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "latency-monitor-threshold", value: 0 }),
    );
  });

  it("finds a threshold of 1 ms healthy", () => {
    expect(judge(latencyMonitorOff, monitor("1")).outcome).toBe("healthy");
  });

  it("cannot judge when CONFIG does not show the threshold", () => {
    expect(judge(latencyMonitorOff, monitor("")).outcome).toBe("cannot-judge");
  });

  it("cannot judge without CONFIG", () => {
    const node = redisNode({ config: missing("not-permitted", "CONFIG is not permitted") });
    expect(judge(latencyMonitorOff, node)).toMatchObject({
      outcome: "cannot-judge",
      reason: "CONFIG is not permitted",
    });
  });
});
