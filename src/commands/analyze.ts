import { analyzeRules } from "../analyze/known-rules.js";
import { runRules } from "../analyze/run-rules.js";
import { checkFactsFile, readFactsFile, writeFactsFile } from "../collect/facts-file.js";
import type { Observation } from "../model/observation.js";
import type { Report } from "../model/report.js";
import type { ProfileSelection } from "../profiles/select-profiles.js";
import { analysisReport } from "../report/build-report.js";
import { beginRun } from "./begin-run.js";
import type { Context } from "./context.js";
import { observeProfiles } from "./observe-profiles.js";

export interface AnalyzeOptions {
  selection: ProfileSelection;
  /** Between the two samples; 0 = judge since the servers' start. */
  sampleMs: number;
  /** Path to write the facts to, beside the report. */
  saveFacts: string | null;
  /** Path to read the facts from, instead of asking servers. */
  fromFacts: string | null;
}

/** `cachectl analyze`: what is wrong with these servers, and what to do. Read-only. */
export async function analyze(context: Context, options: AnalyzeOptions): Promise<Report> {
  const frame = beginRun(context);
  const { startedAt } = frame();
  // Before the sample, so that a mistyped path does not cost it.
  if (options.saveFacts !== null) await checkFactsFile(options.saveFacts);
  const observation =
    options.fromFacts === null ? await observe(context, options, startedAt) : await readFactsFile(options.fromFacts);
  if (options.saveFacts !== null) await writeFactsFile(options.saveFacts, observation);
  const analysis = runRules(observation, analyzeRules);
  return analysisReport({ observation, analysis, ...frame() });
}

async function observe(context: Context, { selection, sampleMs }: AnalyzeOptions, at: string): Promise<Observation> {
  return observeProfiles(context, await context.loadProfiles(selection), sampleMs, at);
}
