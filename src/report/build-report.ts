import type { Analysis } from "../model/finding.js";
import type { Observation, ObservedTarget } from "../model/observation.js";
import type { Report, Section } from "../model/report.js";
import { coverageOf } from "./coverage.js";
import { nodeMetrics } from "./node-metrics.js";
import { recommendation } from "./recommendation.js";
import { analysisNotes, analysisSummary } from "./summary.js";
import { isUnjudged, statusOf, targetReport } from "./target-reports.js";
import { totalMetrics, type MeasuredNode } from "./total-metrics.js";

export interface AnalysisRun {
  observation: Observation;
  /** Of the same observation. */
  analysis: Analysis;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  /** `analyze-cache` unless said otherwise. */
  operation?: string;
  /** What the verb has to show beside its findings. */
  sections?: Section[];
}

/**
 * The report of `cachectl analyze` and other verbs that judge by rules. Pure: the same run gives the same report. Findings keep the order of the analysis.
 *
 * failed: no node answered. partial: a node did not answer, a rule could not be judged, or discovery could not tell which
 * nodes there are.
 */
export function analysisReport({
  observation,
  analysis,
  startedAt,
  durationMs,
  operation = "analyze-cache",
  sections = [],
}: AnalysisRun): Report {
  const measured = observation.targets.map((target) => ({ target, nodes: measure(target) }));
  const coverage = coverageOf(observation, analysis.judgements);
  const recommendations = analysis.findings.map((finding) =>
    recommendation(finding, observation.targets, analysis.judgements),
  );
  return {
    schemaVersion: 1,
    tool: { name: observation.tool.name, version: observation.tool.version },
    operation,
    status: statusOf(coverage.nodes.total, coverage.nodes.answered, coverage.cannotJudge.length > 0),
    startedAt,
    durationMs,
    coverage,
    summary: analysisSummary(recommendations, coverage, observation),
    metrics: totalMetrics(measured.flatMap(({ nodes }) => nodes)),
    targets: measured.map(({ target, nodes }) =>
      targetReport(
        target,
        nodes.map(({ metrics }) => metrics),
        (total, answered) => statusOf(total, answered, isUnjudged(coverage, target.target.name)),
      ),
    ),
    recommendations,
    sections,
    notes: analysisNotes(observation, analysis.judgements),
  };
}

function measure(target: ObservedTarget): MeasuredNode[] {
  return target.nodes.map((observed) => ({ observed, metrics: nodeMetrics(observed, target) }));
}
