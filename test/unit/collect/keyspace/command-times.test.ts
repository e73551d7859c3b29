import { describe, expect, it } from "vitest";
import {
  collectLongestCommand,
  collectTimesBefore,
  highestGrown,
  judgeSlowlog,
  parseHistogram,
} from "../../../../src/collect/keyspace/command-times.js";
import type { Reply } from "../../../../src/model/node-port.js";
import { portThatSays } from "../ports.js";

function entry(id: number, usec: number, argv: string[], client = "cachectl"): Reply {
  return [id, 1_700_000_000, usec, argv, "127.0.0.1:5000", client];
}

function histogram(buckets: Record<string, Reply[]>): Reply {
  return Object.entries(buckets).flatMap(([name, pairs]) => [name, ["calls", 9, "histogram_usec", pairs]]);
}

describe("judgeSlowlog", () => {
  it("names the slowest of our own commands since the scan began", () => {
    const log = [
      entry(9, 50_000, ["KEYS", "*"], "app"),
      entry(8, 11_000, ["scan", "0"]),
      entry(7, 12_500, ["MEMORY", "USAGE", "k", "SAMPLES", "5"]),
      entry(6, 90_000, ["SCAN", "0"]),
    ];
    const { longest } = judgeSlowlog(log, 6, 10_000, true);
    expect(longest).toEqual({ command: "MEMORY USAGE", milliseconds: 12.5, basis: "slowlog" });
  });

  it("takes what this tool asked besides the scan for no command of the scan", () => {
    const { longest } = judgeSlowlog([entry(7, 60_000, ["INFO"])], 6, 10_000, true);
    expect(longest).toMatchObject({ milliseconds: 10, basis: "slowlog-threshold" });
  });

  it("knows that nothing was slower than what the log records", () => {
    const { longest } = judgeSlowlog([entry(3, 20_000, ["KEYS", "*"], "app")], 3, 10_000, true);
    expect(longest).toMatchObject({ milliseconds: 10, basis: "slowlog-threshold" });
  });

  it.each([
    ["off", judgeSlowlog([], -1, -1, true)],
    ["of unknown threshold", judgeSlowlog([], -1, null, true)],
    ["overrun", judgeSlowlog([entry(300, 20_000, ["GET", "k"], "app")], 6, 10_000, true)],
    ["without our name", judgeSlowlog([entry(7, 20_000, ["SCAN", "0"], "")], 6, 10_000, false)],
  ])("cannot tell from a log that is %s", (_, verdict) => {
    expect(verdict.longest).toBeNull();
    expect(verdict.reason).not.toBe("");
  });
});

describe("highestGrown", () => {
  it("gives the upper bound of the highest bucket that grew", () => {
    const before = parseHistogram(histogram({ scan: [8, 5, 4_096, 6], pttl: [2, 1] }));
    const after = parseHistogram(
      histogram({ scan: [8, 9, 512, 10, 4_096, 11], pttl: [2, 1], "memory|usage": [64, 3] }),
    );
    expect(highestGrown(before, after)).toEqual({ command: "SCAN", milliseconds: 0.512, basis: "histogram" });
  });

  it("says nothing where no command ran", () => {
    const same = parseHistogram(histogram({ scan: [8, 5] }));
    expect(highestGrown(same, same)).toBeNull();
  });
});

describe("collectLongestCommand", () => {
  const quiet = { "SLOWLOG GET": [entry(3, 20_000, ["KEYS", "*"], "app")] };

  it("takes the lesser of the two bounds", async () => {
    const begun = portThatSays({ ...quiet, "LATENCY HISTOGRAM": [] });
    const before = await collectTimesBefore(begun, true);
    const ended = portThatSays({ ...quiet, "LATENCY HISTOGRAM": histogram({ scan: [1_024, 4] }) });
    expect(await collectLongestCommand(ended, before, 10_000, true)).toEqual({
      longestCommand: { command: "SCAN", milliseconds: 1.024, basis: "histogram" },
      longestCommandUnknown: null,
    });
    const { longestCommand } = await collectLongestCommand(ended, before, 500, true);
    expect(longestCommand).toMatchObject({ milliseconds: 0.5, basis: "slowlog-threshold" });
  });

  it("does not ask a server for a histogram that it cannot have", async () => {
    const port = portThatSays(quiet);
    const before = await collectTimesBefore(port, false);
    const { longestCommand } = await collectLongestCommand(port, before, 10_000, true);
    expect(longestCommand).toMatchObject({ basis: "slowlog-threshold" });
    expect(port.asked.filter((command) => command.startsWith("LATENCY"))).toEqual([]);
  });

  it("says why it does not know when the login may ask neither", async () => {
    const port = portThatSays({});
    const before = await collectTimesBefore(port, true);
    const { longestCommand, longestCommandUnknown } = await collectLongestCommand(port, before, 10_000, true);
    expect(longestCommand).toBeNull();
    expect(longestCommandUnknown).toMatch(/SLOWLOG GET.*; .*LATENCY HISTOGRAM/);
  });
});
