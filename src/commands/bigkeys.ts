import { keyspaceRules } from "../analyze/known-rules.js";
import { runRules } from "../analyze/run-rules.js";
import type { SavedStatistics } from "../analyze/keyspace/keyspace-statistics.js";
import type { HotMethod } from "../collect/keyspace/hot-method.js";
import {
  readResumeFile,
  removeResumeFile,
  writeResumeFile,
  type ScanQuestion,
  type UnfinishedScan,
} from "../collect/keyspace/resume-file.js";
import type { ScanOptions } from "../collect/keyspace/scan-options.js";
import type { Observation } from "../model/observation.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { Profile } from "../model/profile.js";
import type { Report } from "../model/report.js";
import type { ProfileSelection } from "../profiles/select-profiles.js";
import { keyspaceReport } from "../report/keyspace-report.js";
import { beginRun } from "./begin-run.js";
import type { Context } from "./context.js";
import { readTarget, type TargetRead } from "./keyspace/read-target.js";
import { ScanProgress } from "./keyspace/scan-progress.js";
import { refuseForMemcached } from "./keyspace/refuse-for-memcached.js";

export interface BigkeysOptions {
  selection: ProfileSelection;
  scan: ScanOptions;
  /** Length of the lists of keys, and of the list of groups. */
  top: number;
  groups: number;
  /** Null: hot keys are not asked for. */
  hot: { method: HotMethod; forMs: number } | null;
  /** Whether a few values are read, where that touches nothing. */
  readValues: boolean;
  /** File to go on from, and to leave an unfinished scan in. */
  resume: string | null;
}

/** A pass over a large keyspace keeps its statistics in memory: a few tens of megabytes a target. */
const maxTargetsAtOnce = 4;

/** `cachectl bigkeys`: what is in the keyspace, from one pass over every key. Read-only; touches no LRU or LFU data. */
export async function bigkeys(context: Context, options: BigkeysOptions): Promise<Report> {
  const frame = beginRun(context);
  const profiles = await context.loadProfiles(options.selection);
  refuseForMemcached(profiles, options);
  const asked = questionOf(options);
  const earlier = await unfinished(options.resume, asked, profiles);
  const progress = new ScanProgress(context.progress, context.clock);
  const reads = await mapWithLimit(profiles, maxTargetsAtOnce, (profile) =>
    readTarget(context, profile, options, earlier?.targets[profile.identity.name] ?? null, progress),
  );
  context.progress.stop();
  if (options.resume !== null) await keep(options.resume, asked, reads);
  const observation: Observation = {
    schemaVersion: 1,
    tool: { name: "cachectl", version: context.version },
    observedAt: new Date(context.clock.now()).toISOString(),
    sampleSeconds: 0,
    targets: reads.map(({ observed }) => observed),
  };
  const analysis = runRules(observation, keyspaceRules);
  const interrupted = context.signal.aborted;
  return keyspaceReport({ observation, analysis, options, interrupted, ...frame() });
}

function questionOf({ top, scan, hot }: BigkeysOptions): ScanQuestion {
  const { from, database, match, type, sampleRatio, touch } = scan;
  return { from, database, match, type, sampleRatio, touch, frequencies: hot !== null, top };
}

async function unfinished(
  path: string | null,
  asked: ScanQuestion,
  profiles: readonly Profile[],
): Promise<UnfinishedScan<SavedStatistics> | null> {
  if (path === null) return null;
  const names = profiles.map(({ identity }) => identity.name);
  return readResumeFile<SavedStatistics>(path, asked, names);
}

async function keep(path: string, asked: ScanQuestion, reads: readonly TargetRead[]): Promise<void> {
  if (reads.every(({ unfinished }) => !unfinished)) return removeResumeFile(path);
  const targets = reads.map(({ observed, kept }) => [observed.target.name, kept] as const);
  return writeResumeFile(path, { schemaVersion: 1, asked, targets: Object.fromEntries(targets) });
}
