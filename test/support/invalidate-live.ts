import type { Context } from "../../src/commands/context.js";
import { invalidate, type InvalidateOptions } from "../../src/commands/invalidate.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { Profile } from "../../src/model/profile.js";
import type { Report } from "../../src/model/report.js";
import { liveProfile, type LiveOptions } from "./live.js";
import { realClock } from "./move-live.js";

type Server = { host: string; port: number };

/** One run of `cachectl invalidate` in this process, on real servers. */
export function invalidateLive(
  servers: readonly Server[],
  options: Partial<InvalidateOptions> & Pick<InvalidateOptions, "selector">,
  live: LiveOptions & { stop?: AbortSignal } = {},
): Promise<Report> {
  return invalidate(contextFor(liveProfile([...servers], live), live.stop), { ...plain, ...options });
}

const plain: Omit<InvalidateOptions, "selector"> = {
  selection: { profiles: ["live"], labels: {}, targets: [], profilesDirectory: null, overrides: {} },
  action: { kind: "delete" },
  ...{ olderThanSeconds: null, scope: null, yes: true, tags: { scheme: null, prefix: null }, hashing: null },
  ...{ ratePerSecond: null, maxLatencyMs: 1_000, settleMs: 0, verify: false, audit: null, dryRun: false },
};

/** What the verb uses of the outside world. */
function contextFor(profile: Profile, stop = new AbortController().signal): Context {
  const untilTheEnd = new AbortController().signal;
  const silent = { update: () => undefined, note: () => undefined, stop: () => undefined };
  return {
    ...{ version: "0.0.0", clock: realClock, random: Math.random, signal: stop, progress: silent, env: {} },
    ...{ cwd: "/", home: "/" },
    loadProfiles: () => Promise.resolve([profile]),
    change: {
      ...{ stopRequested: stop, holder: "test", clock: realClock },
      openFleet: (wanted: Profile) => openFleet(wanted, untilTheEnd),
      confirm: () => Promise.resolve(),
    },
  } as unknown as Context;
}

/** The row of figures of a report. */
export function countsOf(report: Report): Record<string, unknown> {
  const section = report.sections.find(({ id }) => id === "counts");
  return section?.kind === "table" ? (section.rows[0] ?? {}) : {};
}
