import { adviseEviction } from "../../analyze/eviction/advise-eviction.js";
import { adviseMemcached } from "../../analyze/eviction/advise-memcached.js";
import { sampleKeys } from "../../collect/keyspace/sample-keys.js";
import { observeTarget } from "../../collect/observe-target.js";
import { mapWithLimit } from "../../model/map-with-limit.js";
import type { Profile } from "../../model/profile.js";
import type { Report } from "../../model/report.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { recommendReport, type AdvisedTarget } from "../../report/evict-recommend/recommend-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";

export interface RecommendOptions {
  selection: ProfileSelection;
  /** Between the two looks at the counters; 0 = judge since the servers' start. */
  sampleMs: number;
  /** Keys of one target to look at, at most. */
  limitKeys: number;
  maxLatencyMs: number;
}

/** Each scans nodes of its own, which costs this process more than the servers. */
const maxTargetsAtOnce = 8;

/** `cachectl evict-policy recommend`: which policy and maxmemory would fit, why, and what is not known. Read-only; touches no key. */
export async function evictRecommend(context: Context, options: RecommendOptions): Promise<Report> {
  const frame = beginRun(context);
  const { startedAt } = frame();
  const profiles = await context.loadProfiles(options.selection);
  const names = profiles.map(({ identity }) => identity.name).join(", ");
  context.progress.update(`Watching ${names}, then sampling keys`);
  const targets = await mapWithLimit(profiles, maxTargetsAtOnce, (profile) => advise(context, profile, options));
  context.progress.stop();
  return recommendReport({ targets, sampleSeconds: options.sampleMs / 1000, observedAt: startedAt, ...frame() });
}

async function advise(context: Context, profile: Profile, options: RecommendOptions): Promise<AdvisedTarget> {
  const fleet = await context.openFleet(profile);
  try {
    // The counters first: the sample's own lookups must not count as the application's.
    const observed = await observeTarget(fleet, profile.identity, options.sampleMs, context.clock);
    if (profile.kind === "memcached") return { observed, kind: "memcached", advice: adviseMemcached(observed) };
    const { limitKeys, maxLatencyMs } = options;
    // A profile that names a database is judged by all of them: policy and maxmemory are the server's.
    const sample = await sampleKeys(
      fleet,
      observed,
      { limitKeys, maxLatencyMs },
      { clock: context.clock, stopped: () => context.signal.aborted },
    );
    return { observed, kind: "redis", advice: adviseEviction(observed, sample), sample };
  } finally {
    fleet.close();
  }
}
