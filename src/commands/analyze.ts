import { allRules } from "../analyze/rules/index.js";
import { runRules } from "../analyze/run-rules.js";
import { checkFactsFile, readFactsFile, writeFactsFile } from "../collect/facts-file.js";
import { observeTarget } from "../collect/observe-target.js";
import type { Observation, ObservedTarget } from "../model/observation.js";
import type { Profile } from "../model/profile.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { Report } from "../model/report.js";
import type { ProfileSelection } from "../profiles/select-profiles.js";
import { analysisReport } from "../report/build-report.js";
import { beginRun } from "./begin-run.js";
import type { Context } from "./context.js";

export interface AnalyzeOptions {
  selection: ProfileSelection;
  /** Between the two samples; 0 = judge since the servers' start. */
  sampleMs: number;
  /** Path to write the facts to, beside the report. */
  saveFacts: string | null;
  /** Path to read the facts from, instead of asking servers. */
  fromFacts: string | null;
}

/** Sockets that may be opened at once: far below a shell's usual limit of 1,024 files. */
const maxTargetsAtOnce = 256;

/** `cachectl analyze`: what is wrong with these servers, and what to do. Read-only. */
export async function analyze(context: Context, options: AnalyzeOptions): Promise<Report> {
  const frame = beginRun(context);
  const { startedAt } = frame();
  // Before the sample, so that a mistyped path does not cost it.
  if (options.saveFacts !== null) await checkFactsFile(options.saveFacts);
  const observation =
    options.fromFacts === null ? await observe(context, options, startedAt) : await readFactsFile(options.fromFacts);
  if (options.saveFacts !== null) await writeFactsFile(options.saveFacts, observation);
  const analysis = runRules(observation, allRules);
  return analysisReport({ observation, analysis, ...frame() });
}

async function observe(context: Context, options: AnalyzeOptions, observedAt: string): Promise<Observation> {
  const { selection, sampleMs } = options;
  const profiles = await context.loadProfiles(selection);
  context.progress.update(progressText(profiles, sampleMs));
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
    return await observeTarget(fleet, profile.identity, sampleMs, context.clock);
  } finally {
    fleet.close();
  }
}

function progressText(profiles: Profile[], sampleMs: number): string {
  const what = profiles.length === 1 ? (profiles[0]?.identity.name ?? "") : `${profiles.length} targets`;
  return sampleMs === 0 ? `Looking at ${what}` : `Watching ${what} for ${sampleMs / 1000} s`;
}
