import { describe, expect, it } from "vitest";
import { dangerousCommandsInUse } from "../../../../src/analyze/rules/dangerous-commands-in-use.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const inWindow = (commands: Record<string, { calls: number; usec: number }>) => redisNode({ window: { commands } });
const stat = (calls: number, usec: number) => ({
  calls,
  usec,
  usecPerCall: usec / calls,
  rejectedCalls: 0,
  failedCalls: 0,
});

describe("dangerous-commands-in-use", () => {
  it.each(["keys", "flushall", "flushdb", "sort", "monitor"])("reports %s in the window, however fast", (command) => {
    const { findings } = judge(dangerousCommandsInUse, inWindow({ [command]: { calls: 2, usec: 10 } }));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: `cmdstat_${command} calls`, value: 2 }),
    );
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: `cmdstat_${command} usec_per_call`, value: 5 }),
    );
  });

  it.each(["smembers", "hgetall", "lrange"])("reports %s from a millisecond a call on", (command) => {
    expect(judge(dangerousCommandsInUse, inWindow({ [command]: { calls: 10, usec: 10_000 } })).findings).toHaveLength(
      1,
    );
    expect(judge(dangerousCommandsInUse, inWindow({ [command]: { calls: 10, usec: 9_999 } })).outcome).toBe("healthy");
  });

  it("ignores a command that was not called in the window", () => {
    expect(judge(dangerousCommandsInUse, inWindow({ keys: { calls: 0, usec: 0 } })).outcome).toBe("healthy");
  });

  it("calls use before the window information", () => {
    const { findings } = judge(dangerousCommandsInUse, redisNode({ commandStats: { keys: stat(7, 70_000) } }));
    expect(findings).toMatchObject([{ priority: "info" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "cmdstat_keys calls", value: 7 }));
  });

  it("calls a window that goes back to the start information", () => {
    const node = redisNode({ window: { basis: "since-start", commands: { keys: { calls: 1, usec: 10 } } } });
    expect(judge(dangerousCommandsInUse, node).findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds ordinary commands healthy", () => {
    expect(judge(dangerousCommandsInUse, redisNode()).outcome).toBe("healthy");
  });

  it("cannot judge without INFO commandstats", () => {
    const node = redisNode({ commandStats: missing("not-permitted", "INFO is not permitted") });
    expect(judge(dangerousCommandsInUse, node)).toMatchObject({
      outcome: "cannot-judge",
      reason: "INFO is not permitted",
    });
  });
});
