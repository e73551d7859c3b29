import { describe, expect, it } from "vitest";
import { slowCommands } from "../../../../src/analyze/rules/slow-commands.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const entry = (usec: number, command = "HGETALL") => ({ id: 1, time: 1_795_000_000, usec, command, key: null });
const logged = (...usecs: number[]) =>
  redisNode({ slowlog: { entries: usecs.map((usec) => entry(usec)), newCount: usecs.length, seconds: 3 } });

describe("slow-commands", () => {
  it("reports a command of more than 20 ms by its name and time", () => {
    const { findings } = judge(slowCommands, logged(20_001, 15_000));
    expect(findings).toMatchObject([{ priority: "medium", confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "slowest HGETALL", value: 20.001, unit: "milliseconds" }),
    );
  });

  it("finds a command of exactly 20 ms healthy", () => {
    expect(judge(slowCommands, logged(20_000)).outcome).toBe("healthy");
  });

  it("reports more than one new entry a second", () => {
    const { findings } = judge(slowCommands, logged(12_000, 12_000, 12_000, 12_000));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "slow log entries", value: 4 }));
  });

  it("finds exactly one new entry a second healthy", () => {
    expect(judge(slowCommands, logged(12_000, 12_000, 12_000)).outcome).toBe("healthy");
  });

  it("counts the entries beyond those that were read", () => {
    const node = redisNode({ slowlog: { entries: [entry(12_000)], newCount: 300, seconds: 3 } });
    expect(judge(slowCommands, node).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("does not count fast commands of a slow log that records everything", () => {
    const slowlog = { entries: Array.from({ length: 128 }, () => entry(50, "GET")), newCount: 9_000, seconds: 3 };
    const node = redisNode({ slowlog, config: { "slowlog-log-slower-than": "0" } });
    expect(judge(slowCommands, node).outcome).toBe("healthy");
  });

  it("calls one long command since start information", () => {
    const node = redisNode({
      slowlog: { basis: "since-start", entries: [entry(900_000)], newCount: 1, seconds: 0.5 },
    });
    expect(judge(slowCommands, node).findings).toMatchObject([{ priority: "info", confidence: "low" }]);
  });

  it.each([
    [61, "medium"],
    [60, undefined],
  ])("judges %i entries within the last minute since start", (count, priority) => {
    const entries = Array.from({ length: count }, () => entry(12_000));
    const node = redisNode({ slowlog: { basis: "since-start", entries, newCount: count, seconds: 60 } });
    expect(judge(slowCommands, node).findings[0]?.priority).toBe(priority);
  });

  it.each([{ "slowlog-log-slower-than": "-1" }, { "slowlog-max-len": "0" }])(
    "does not apply while the slow log is off: %o",
    (config) => {
      expect(judge(slowCommands, redisNode({ config })).outcome).toBe("not-applicable");
    },
  );

  it("cannot judge when CONFIG does not tell whether the slow log is on", () => {
    expect(judge(slowCommands, redisNode({ config: { "slowlog-max-len": "" } })).outcome).toBe("cannot-judge");
  });

  it("needs CONFIG only to tell an empty log from one that is off", () => {
    const config = missing("not-permitted", "CONFIG is not permitted");
    const seen = (...usecs: number[]) =>
      judge(slowCommands, redisNode({ config, slowlog: { entries: usecs.map((usec) => entry(usec)), seconds: 3 } }));
    expect(seen(20_001).findings).toMatchObject([{ priority: "medium" }]);
    expect(seen()).toMatchObject({ outcome: "cannot-judge", reason: "CONFIG is not permitted" });
  });

  it("cannot judge without SLOWLOG", () => {
    const node = redisNode({ slowlog: missing("not-permitted", "SLOWLOG is not permitted") });
    expect(judge(slowCommands, node)).toMatchObject({ outcome: "cannot-judge", reason: "SLOWLOG is not permitted" });
  });
});
