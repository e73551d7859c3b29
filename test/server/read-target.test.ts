import { describe, expect, it } from "vitest";
import type { BigkeysOptions } from "../../src/commands/bigkeys.js";
import type { Context } from "../../src/commands/context.js";
import { readTarget } from "../../src/commands/keyspace/read-target.js";
import { ScanProgress } from "../../src/commands/keyspace/scan-progress.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Fleet, FleetNode } from "../../src/model/node-port.js";
import { liveProfile } from "../support/live.js";
import { startCluster, usingServers, type RedisServer } from "../support/servers/index.js";

usingServers();

const options: BigkeysOptions = {
  selection: { names: [], labels: {} } as unknown as BigkeysOptions["selection"],
  scan: {
    from: "primaries",
    database: null,
    match: null,
    type: null,
    sampleRatio: 1,
    limitKeys: null,
    ratePerSecond: null,
    maxLatencyMs: 10_000,
    touch: false,
    frequencies: false,
  },
  top: 5,
  groups: 5,
  hot: null,
  readValues: false,
  resume: "unfinished.json",
};

const quiet = { update: () => {}, note: () => {}, stop: () => {} };

const clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/** The fleet, whose nodes' connections call this before each command. */
function watched(fleet: Fleet, onCall: (words: string[]) => void): Fleet {
  const nodes = fleet.nodes.map((node): FleetNode => {
    const openRedis = async () => {
      const port = await node.openRedis();
      return {
        greeting: port.greeting,
        call: (command: string, ...args: string[]) => {
          onCall([command, ...args]);
          return port.call(command, ...args);
        },
      };
    };
    return { ...node, openRedis };
  });
  return { nodes, gaps: () => fleet.gaps(), close: () => fleet.close() };
}

describe("a target", () => {
  it("keeps what was read when the run is called off between the scan and its report", async () => {
    const { primaries } = await startCluster();
    const [primary] = primaries as [RedisServer];
    let slot = 0;
    while ((await primary.call("SET", `key:${slot}`, "v").catch(() => null)) !== "OK") slot++;
    const stop = new AbortController();
    const profile = liveProfile(primaries, { kind: "cluster" });
    const context = {
      clock,
      random: () => 0,
      signal: stop.signal,
      progress: quiet,
      openFleet: async () =>
        watched(await openFleet(profile, stop.signal), (words) => {
          if (words[1] === "SLOT-STATS") stop.abort();
        }),
    } as unknown as Context;
    const read = await readTarget(context, profile, options, null, new ScanProgress(quiet, clock));
    expect(stop.signal.aborted).toBe(true);
    expect(read.observed.discoveryGaps).toEqual([]);
    expect(read.observed.keyspace?.scan).toMatchObject({ ok: true, value: { gaps: [] } });
    expect(Object.values(read.kept?.positions ?? {}).map(({ scan }) => scan.seenKeys)).toContain(1);
  });
});
