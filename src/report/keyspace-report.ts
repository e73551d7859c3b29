import type { Analysis } from "../model/finding.js";
import type { Observation, ObservedTarget } from "../model/observation.js";
import type { Coverage, NodeMetrics, Report, Section } from "../model/report.js";
import { coverageOf } from "./coverage.js";
import { groupsSection } from "./keyspace/groups-section.js";
import { hotKeysSection } from "./keyspace/hot-keys-section.js";
import { itemClassesSection } from "./keyspace/item-classes-section.js";
import { keyspaceNotes } from "./keyspace/keyspace-notes.js";
import { keyspaceSummary } from "./keyspace/keyspace-summary.js";
import { scanSection } from "./keyspace/scan-section.js";
import type { SectionPlace } from "./keyspace/section-table.js";
import { skewSections } from "./keyspace/skew-sections.js";
import { topKeysSections } from "./keyspace/top-keys-sections.js";
import { ttlSections } from "./keyspace/ttl-sections.js";
import { wasteSection } from "./keyspace/waste-section.js";
import { nodeMetrics } from "./node-metrics.js";
import { recommendation } from "./recommendation.js";
import { discoveryNotes, healthyRules } from "./summary.js";
import { isUnjudged, statusOf, targetReport } from "./target-reports.js";

export interface KeyspaceRun {
  observation: Observation;
  /** Of the same observation. */
  analysis: Analysis;
  options: {
    top: number;
    groups: number;
    /** Null or absent: hot keys were not asked for, so nothing is said where there are none. */
    hot?: object | null;
  };
  version: string;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  /** A signal ended the pass before its time. */
  interrupted: boolean;
}

/**
 * The report of `cachectl bigkeys`. Pure. The ids of its sections and their columns are part of the JSON contract
 * (docs/bigkeys.md); a section without a row is left out.
 *
 * failed: no node answered, or no key could be read where there are some. partial: a node or some keys are missing, or a
 * rule could not be judged.
 */
export function keyspaceReport(run: KeyspaceRun): Report {
  const { observation, analysis, version, startedAt, durationMs, interrupted } = run;
  const { targets } = observation;
  const coverage = { ...coverageOf(observation, analysis.judgements), sample: null, unseenKeys: unseenKeys(targets) };
  const recommendations = analysis.findings.map((finding) => recommendation(finding, targets, analysis.judgements));
  const several = targets.length > 1;
  const { total, answered } = coverage.nodes;
  const isIncomplete = coverage.cannotJudge.length > 0 || targets.some((target) => !isWhole(target));
  return {
    schemaVersion: 1,
    tool: { name: "cachectl", version },
    operation: "bigkeys",
    status: targets.every(isUnread) ? "failed" : statusOf(total, answered, isIncomplete),
    startedAt,
    durationMs,
    coverage,
    summary: keyspaceSummary({ observation, recommendations, coverage, durationMs, interrupted }),
    metrics: null,
    targets: targets.map((observed) =>
      targetReport(observed, observed.nodes.map(withoutRates(observed)), (nodes, answering) => {
        const unjudged = isUnjudged(coverage, observed.target.name);
        return isUnread(observed) ? "failed" : statusOf(nodes, answering, unjudged || !isWhole(observed));
      }),
    ),
    recommendations,
    sections: targets.flatMap((observed) => sectionsOf(observed, { target: observed.target.name, several }, run)),
    notes: [
      ...discoveryNotes(observation),
      ...targets.flatMap((observed) =>
        keyspaceNotes(observed, (run.options.hot ?? null) !== null, reasonsOf(coverage, observed)).map((note) =>
          several ? `${observed.target.name}: ${note}` : note,
        ),
      ),
      ...healthyRules(analysis.judgements),
    ],
    ...(interrupted ? { interrupted } : {}),
  };
}

function sectionsOf({ keyspace = {} }: ObservedTarget, place: SectionPlace, { options }: KeyspaceRun): Section[] {
  const { scan, keyGroups, largestKeys, longestKeys, ttls, waste, skew, hotKeys, itemClasses } = keyspace;
  return [
    ...(keyGroups?.ok === true ? groupsSection(place, keyGroups.value, options.groups) : []),
    ...(largestKeys?.ok === true ? topKeysSections(place, "bytes", largestKeys.value, options.top) : []),
    ...(longestKeys?.ok === true ? topKeysSections(place, "elements", longestKeys.value, options.top) : []),
    ...(hotKeys?.ok === true ? hotKeysSection(place, hotKeys.value) : []),
    ...(ttls?.ok === true ? ttlSections(place, ttls.value) : []),
    ...(waste?.ok === true ? wasteSection(place, waste.value) : []),
    ...(skew?.ok === true ? skewSections(place, skew.value) : []),
    ...(itemClasses?.ok === true ? itemClassesSection(place, itemClasses.value) : []),
    ...(scan?.ok === true ? scanSection(place, scan.value) : []),
  ];
}

/** What was not seen although it was asked for; `--limit` asks for less. */
function unseenKeys(targets: readonly ObservedTarget[]): NonNullable<Coverage["unseenKeys"]> {
  return targets.flatMap(({ target, keyspace }) => {
    if (keyspace?.scan?.ok !== true) return [{ target: target.name, gap: "its keys were not read" }];
    const { gaps, nodes } = keyspace.scan.value;
    const asked = nodes.flatMap(({ limitReached, gap }) => (limitReached && gap !== null ? [gap] : []));
    return gaps.filter((gap) => !asked.includes(gap)).map((gap) => ({ target: target.name, gap }));
  });
}

function reasonsOf({ cannotJudge }: Coverage, { target }: ObservedTarget): string[] {
  return cannotJudge.filter((rule) => rule.target === target.name).map(({ reason }) => reason);
}

/** A pass takes no two samples: an average since the servers' start says nothing about what was looked at. */
function withoutRates(target: ObservedTarget): (node: ObservedTarget["nodes"][number]) => NodeMetrics {
  return (node) => ({ ...nodeMetrics(node, target), hitRate: null, missRate: null });
}

function isWhole({ keyspace }: ObservedTarget): boolean {
  return keyspace?.scan?.ok === true && keyspace.scan.value.gaps.length === 0;
}

/** Every node of it ended in a gap before its first key. */
function isUnread({ keyspace }: ObservedTarget): boolean {
  if (keyspace?.scan?.ok !== true) return true;
  const { nodes } = keyspace.scan.value;
  return nodes.every(({ seenKeys, gap }) => seenKeys === 0 && gap !== null);
}
