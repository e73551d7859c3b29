import { clusterRules } from "../../analyze/known-rules.js";
import { runRules } from "../../analyze/run-rules.js";
import type { Report } from "../../model/report.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { analysisReport } from "../../report/build-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { observeProfiles } from "../observe-profiles.js";
import { asCluster, refuseOtherServers } from "./as-cluster.js";

export interface ClusterCheckOptions {
  selection: ProfileSelection;
  /** Between the two samples; 0 = judge since the servers' start. */
  sampleMs: number;
}

/** `cachectl cluster check`: every node's own view against every other's, and what would not survive a failure. Read-only. */
export async function clusterCheck(context: Context, { selection, sampleMs }: ClusterCheckOptions): Promise<Report> {
  const frame = beginRun(context);
  const { startedAt } = frame();
  const profiles = (await context.loadProfiles(selection)).map(asCluster);
  const observation = await observeProfiles(context, profiles, sampleMs, startedAt);
  observation.targets.forEach(refuseOtherServers);
  const analysis = runRules(observation, clusterRules);
  return analysisReport({ observation, analysis, ...frame(), operation: "cluster-check" });
}
