import { describe, expect, it } from "vitest";
import { growthOf, windowBetween, windowSinceStart } from "../../../src/collect/window.js";
import { parseInfo, type Info } from "../../../src/protocol/info.js";
import { redis60, redis70 } from "./info-excerpts.js";

/** INFO with these fields and a run id. */
function info(stats: string[], more = ""): Info {
  return parseInfo(`# Server\nrun_id:a\nuptime_in_seconds:100\n# Stats\n${stats.join("\n")}\n${more}`);
}

const before = ["total_commands_processed:100", "total_connections_received:10", "keyspace_hits:5"];
const after = ["total_commands_processed:130", "total_connections_received:10", "keyspace_hits:9"];

function value(window: ReturnType<typeof windowBetween>) {
  if (!window.ok) throw new Error(window.reason);
  return window.value;
}

describe("the window between two samples", () => {
  it("holds what the counters grew by, and those that stayed", () => {
    expect(value(windowBetween(info(before), info(after), 3))).toEqual({
      basis: "sample",
      seconds: 3,
      counters: { total_commands_processed: 30, total_connections_received: 0, keyspace_hits: 4 },
      commands: {},
      errors: null,
    });
  });

  it("holds only commands and errors that occurred within it", () => {
    const first = info(before, "# Commandstats\ncmdstat_get:calls=5,usec=10\n# Errorstats\nerrorstat_ERR:count=1\n");
    const second = info(
      after,
      "# Commandstats\ncmdstat_get:calls=5,usec=10\ncmdstat_set:calls=2,usec=9\n# Errorstats\nerrorstat_ERR:count=1\nerrorstat_OOM:count=4\n",
    );
    expect(value(windowBetween(first, second, 3))).toMatchObject({
      commands: { set: { calls: 2, usec: 9 } },
      errors: { OOM: 4 },
    });
  });

  it("is not sampled when the server restarted", () => {
    const restarted = parseInfo(`# Server\nrun_id:b\n# Stats\n${after.join("\n")}`);
    expect(windowBetween(info(before), restarted, 3)).toMatchObject({ ok: false, cause: "not-sampled" });
  });

  it("is not sampled when CONFIG RESETSTAT came in between", () => {
    const reset = info(["total_commands_processed:3", "total_connections_received:0", "keyspace_hits:0"]);
    const window = windowBetween(info(before), reset, 3);
    expect(window).toMatchObject({ ok: false, cause: "not-sampled" });
    expect(window).toHaveProperty("reason", "the counters were reset between the two samples");
  });

  it("notices a reset although the busiest counter has overtaken its old value", () => {
    const reset = info(["total_commands_processed:400", "total_connections_received:2", "keyspace_hits:300"]);
    expect(windowBetween(info(before), reset, 3)).toMatchObject({ ok: false, cause: "not-sampled" });
  });

  it("is not supported by a server that shows no statistics", () => {
    expect(windowBetween(parseInfo(""), parseInfo(""), 3)).toMatchObject({ ok: false, cause: "not-supported" });
  });
});

describe("the window since start", () => {
  it("holds the counters over the uptime", () => {
    expect(value(windowSinceStart(parseInfo(redis60)))).toMatchObject({
      basis: "since-start",
      seconds: 120,
      counters: { total_commands_processed: 12, keyspace_hits: 1, used_cpu_user: 0.2 },
      commands: { get: { calls: 1, usec: 5 } },
      errors: null,
    });
    expect(value(windowSinceStart(parseInfo(redis70)))).toMatchObject({ errors: { ERR: 1, OOM: 3 } });
  });

  it("is unknown without an uptime", () => {
    expect(windowSinceStart(parseInfo("# Stats\nevicted_keys:5\n"))).toMatchObject({ ok: false });
  });
});

describe("growthOf", () => {
  it.each([
    "instantaneous_ops_per_sec",
    "latest_fork_usec",
    "rdb_changes_since_last_save",
    "aof_current_size",
    "pubsub_channels",
    "expired_stale_perc",
    "loading",
  ])("has no growth of %s, which goes up and down", (gauge) => {
    expect(growthOf({ [gauge]: 1 }, { [gauge]: 5 })).toEqual({});
  });

  it("keeps the one counter among the AOF's fields", () => {
    expect(growthOf({ aof_delayed_fsync: 1 }, { aof_delayed_fsync: 3 })).toEqual({ aof_delayed_fsync: 2 });
  });

  it("leaves a counter that shrank out rather than show it negative", () => {
    expect(growthOf({ evicted_keys: 9 }, { evicted_keys: 2, expired_keys: 4 })).toEqual({ expired_keys: 4 });
  });
});
