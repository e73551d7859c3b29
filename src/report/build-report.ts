import type { Analysis } from "../model/finding.js";
import type { Observation, ObservedTarget } from "../model/observation.js";
import type { Coverage, NodeReport, Report, ReportStatus, TargetReport } from "../model/report.js";
import { coverageOf } from "./coverage.js";
import { nodeMetrics } from "./node-metrics.js";
import { failureOf, roleOf } from "./observed-node.js";
import { recommendation } from "./recommendation.js";
import { analysisNotes, analysisSummary } from "./summary.js";
import { totalMetrics, type MeasuredNode } from "./total-metrics.js";

export interface AnalysisRun {
  observation: Observation;
  /** Of the same observation. */
  analysis: Analysis;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
}

/**
 * The report of `cachectl analyze`. Pure: the same run gives the same report. Findings keep the order of the analysis.
 *
 * failed: no node answered. partial: a node did not answer, a rule could not be judged, or discovery could not tell which
 * nodes there are.
 */
export function analysisReport({ observation, analysis, startedAt, durationMs }: AnalysisRun): Report {
  const measured = observation.targets.map((target) => ({ target, nodes: measure(target) }));
  const coverage = coverageOf(observation, analysis.judgements);
  const recommendations = analysis.findings.map((finding) =>
    recommendation(finding, observation.targets, analysis.judgements),
  );
  return {
    schemaVersion: 1,
    tool: { name: observation.tool.name, version: observation.tool.version },
    operation: "analyze-cache",
    status: runStatus(coverage),
    startedAt,
    durationMs,
    coverage,
    summary: analysisSummary(recommendations, coverage, observation),
    metrics: totalMetrics(measured.flatMap(({ nodes }) => nodes)),
    targets: measured.map(({ target, nodes }) => targetReport(target, nodes, coverage)),
    recommendations,
    sections: [],
    notes: analysisNotes(observation, analysis.judgements),
  };
}

function measure(target: ObservedTarget): MeasuredNode[] {
  return target.nodes.map((observed) => ({ observed, metrics: nodeMetrics(observed, target) }));
}

function targetReport({ target }: ObservedTarget, nodes: readonly MeasuredNode[], coverage: Coverage): TargetReport {
  const reports = nodes.map(nodeReport);
  const unjudged = coverage.cannotJudge.some((rule) => rule.target === target.name);
  return {
    name: target.name,
    kind: target.kind,
    status: statusOf(reports.length, reports.filter(({ reachable }) => reachable).length, unjudged),
    nodes: reports,
  };
}

function nodeReport({ observed, metrics }: MeasuredNode): NodeReport {
  const { node, facts } = observed;
  const failure = failureOf(observed);
  const memcached = node.family === "memcached";
  const server = memcached ? facts.memcachedStats : facts.server;
  return {
    address: node.address,
    family: node.family,
    role: roleOf(observed),
    reachable: failure === null,
    failure,
    // What does not answer may be anything; only Memcached's protocol has one speaker.
    product: memcached ? "memcached" : facts.server?.ok === true ? facts.server.value.product : null,
    version: server?.ok === true ? server.value.version : null,
    metrics,
  };
}

function runStatus({ nodes, cannotJudge }: Coverage): ReportStatus {
  return statusOf(nodes.total, nodes.answered, cannotJudge.length > 0);
}

function statusOf(total: number, answered: number, unjudged: boolean): ReportStatus {
  if (answered === 0) return "failed";
  return answered < total || unjudged ? "partial" : "success";
}
