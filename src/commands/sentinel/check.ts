import { sentinelRules } from "../../analyze/known-rules.js";
import { runRules } from "../../analyze/run-rules.js";
import { checkFactsFile, readFactsFile, writeFactsFile } from "../../collect/facts-file.js";
import { observeSentinelGroup } from "../../collect/observe-sentinel-group.js";
import { mapWithLimit } from "../../model/map-with-limit.js";
import type { Observation, ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";
import type { Report } from "../../model/report.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { analysisReport } from "../../report/build-report.js";
import { sentinelSections } from "../../report/sentinel/sentinel-sections.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { asSentinel, refuseWrongTarget } from "./as-sentinel.js";

export interface SentinelCheckOptions {
  selection: ProfileSelection;
  /** Monitored names; empty: what the profiles say, else all. */
  masterNames: readonly string[];
  /** Between the two samples of the servers; 0 = judge since their start. */
  sampleMs: number;
  /** As for `analyze`. */
  saveFacts: string | null;
  fromFacts: string | null;
}

/** Sockets that may be opened at once: far below a shell's usual limit of 1,024 files. */
const maxTargetsAtOnce = 64;

/** `cachectl sentinel check`: every sentinel's view against every other's and the servers' own word. Read-only. */
export async function sentinelCheck(context: Context, options: SentinelCheckOptions): Promise<Report> {
  const frame = beginRun(context);
  const { startedAt } = frame();
  if (options.saveFacts !== null) await checkFactsFile(options.saveFacts);
  const observation =
    options.fromFacts === null ? await observe(context, options, startedAt) : await readFactsFile(options.fromFacts);
  for (const target of observation.targets) refuseWrongTarget(target, options.masterNames);
  if (options.saveFacts !== null) await writeFactsFile(options.saveFacts, observation);
  const analysis = runRules(observation, sentinelRules);
  const sections = sentinelSections(observation.targets);
  return analysisReport({ observation, analysis, ...frame(), operation: "sentinel-check", sections });
}

async function observe(
  context: Context,
  { selection, masterNames, sampleMs }: SentinelCheckOptions,
  observedAt: string,
): Promise<Observation> {
  const profiles = (await context.loadProfiles(selection)).map((profile) => asSentinel(profile, masterNames));
  context.progress.update(`Asking every sentinel of ${profiles.map(({ identity }) => identity.name).join(", ")}`);
  const targets = await mapWithLimit(profiles, maxTargetsAtOnce, (profile) =>
    observeProfile(context, profile, sampleMs),
  );
  context.progress.stop();
  return {
    schemaVersion: 1,
    tool: { name: "cachectl", version: context.version },
    observedAt,
    sampleSeconds: sampleMs / 1000,
    targets,
  };
}

async function observeProfile(context: Context, profile: Profile, sampleMs: number): Promise<ObservedTarget> {
  const fleet = await context.openFleet(profile);
  try {
    const names = profile.everyView?.masterNames ?? [];
    return await observeSentinelGroup(fleet, profile.identity, names, sampleMs, context.clock);
  } finally {
    fleet.close();
  }
}
