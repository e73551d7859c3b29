import { sentinelRules } from "../../src/analyze/known-rules.js";
import { runRules } from "../../src/analyze/run-rules.js";
import type { Report } from "../../src/model/report.js";
import { analysisReport } from "../../src/report/build-report.js";
import { sentinelSections } from "../../src/report/sentinel/sentinel-sections.js";
import { observationOf } from "../support/facts.js";
import { literalGroup, sentinelId, type LiteralGroup } from "../support/literal-sentinels.js";

/** Literal groups: what the golden files of `sentinel check` render. */
export const sentinelReports: Record<string, () => Report> = {
  "sentinel-check-healthy": () => checkOf(literalGroup(), { "10.0.0.1": "a", "10.0.0.2": "b", "10.0.1.1": "a" }),
  "sentinel-check-troubled": () => checkOf(troubled()),
};

/** Five sentinels: one dead, one set differently, one with a copied id; the only replica may not be promoted. */
function troubled(): LiteralGroup {
  const group = literalGroup({ sentinels: 5 });
  const [, second, third, , fifth] = group.sentinels;
  if (second !== undefined) second.master.downAfterMs = 5_000;
  if (third !== undefined) third.views.myId = sentinelId(0);
  if (fifth !== undefined) fifth.silent = true;
  group.change(1, { replication: { priority: 0 } });
  group.change(0, { config: { "min-replicas-to-write": "0", "min-replicas-max-lag": "10" } });
  return group;
}

function checkOf(group: LiteralGroup, zones: Record<string, string> = {}): Report {
  const observation = observationOf(group.nodes(), { name: "prod", kind: "sentinel", zones });
  const analysis = runRules(observation, sentinelRules);
  const startedAt = observation.observedAt;
  const sections = sentinelSections(observation.targets);
  return analysisReport({ observation, analysis, startedAt, durationMs: 3_012, operation: "sentinel-check", sections });
}
