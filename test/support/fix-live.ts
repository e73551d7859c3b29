import { temporaryDirectory, type RedisServer } from "./servers/index.js";
import { clusterFix, type FixOptions } from "../../src/commands/cluster/fix.js";
import type { Context } from "../../src/commands/context.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Report } from "../../src/model/report.js";
import { liveProfile } from "./live.js";

/** Not looked at: the profile is made of the servers. */
const everything: FixOptions["selection"] = {
  profiles: [],
  labels: {},
  targets: [],
  profilesDirectory: null,
  overrides: {},
};

/** `cachectl cluster fix --yes` in this process, on a cluster of real servers. */
export async function fixLive(members: readonly RedisServer[], options: Partial<FixOptions> = {}): Promise<Report> {
  const profile = liveProfile([...members], { kind: "cluster" });
  const signal = new AbortController().signal;
  const clock = {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
  const open: Context["openFleet"] = (one) => openFleet(one, signal);
  const context: Pick<Context, "version" | "clock" | "signal" | "progress" | "env" | "home" | "change"> & {
    loadProfiles: Context["loadProfiles"];
  } = {
    version: "0.0.0",
    clock,
    signal,
    progress: { update: () => undefined, note: () => undefined, stop: () => undefined },
    env: {},
    home: await temporaryDirectory(),
    loadProfiles: () => Promise.resolve([profile]),
    change: { stopRequested: signal, clock, openFleet: open, confirm: () => Promise.resolve(), holder: "test" },
  };
  return clusterFix(context as Context, {
    ...{ selection: everything, acceptLossOf: [], yes: true },
    ...{ dryRun: false, journal: null, allowBlocking: false },
    ...options,
  });
}
