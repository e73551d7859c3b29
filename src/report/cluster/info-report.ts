import type { ClusterTopology } from "../../model/cluster-topology.js";
import { slotCount } from "../../model/hash-slot.js";
import type { Observation, ObservedTarget } from "../../model/observation.js";
import type { Report } from "../../model/report.js";
import { countSlots } from "../../model/slot-ranges.js";
import { coverageOf } from "../coverage.js";
import { formatCount, formatSize } from "../format-value.js";
import { nodeMetrics } from "../node-metrics.js";
import { plural } from "../summary.js";
import { statusOf, targetReport } from "../target-reports.js";
import { verbReport } from "../verb-report.js";
import { obstaclesSection } from "./obstacles-section.js";
import { clusterSkewSection } from "./skew-section.js";
import { topologySection } from "./topology-section.js";

export interface SeenCluster {
  observed: ObservedTarget;
  /** Of the same look. */
  topology: ClusterTopology;
}

export interface InfoRun {
  clusters: readonly SeenCluster[];
  version: string;
  /** ISO 8601. */
  observedAt: string;
  startedAt: string;
  durationMs: number;
}

/**
 * The report of `cachectl cluster info`. Pure. The ids of its sections and their columns are part of the JSON contract
 * (docs/cluster.md).
 *
 * failed: no node answered. partial: a node did not answer, or discovery could not tell which nodes there are.
 */
export function clusterInfoReport({ clusters, version, observedAt, startedAt, durationMs }: InfoRun): Report {
  const targets = clusters.map(({ observed }) => observed);
  const observation: Observation = {
    ...{ schemaVersion: 1, tool: { name: "cachectl", version } },
    ...{ observedAt, sampleSeconds: 0, targets },
  };
  const coverage = { ...coverageOf(observation, []), sample: null };
  const { total, answered } = coverage.nodes;
  const several = clusters.length > 1;
  return verbReport({
    ...{ version, startedAt, durationMs, coverage },
    operation: "cluster-info",
    status: statusOf(total, answered, coverage.discoveryGaps.length > 0),
    summary: clusters.map(summaryOf).join(" "),
    targets: targets.map((target) =>
      targetReport(
        target,
        target.nodes.map((node) => nodeMetrics(node, target)),
        (nodes, reached) => statusOf(nodes, reached, target.discoveryGaps.length > 0),
      ),
    ),
    sections: clusters.flatMap(({ observed, topology }) => {
      const place = { target: observed.target.name, several };
      return [
        ...obstaclesSection(place, topology),
        ...topologySection(place, topology, observed),
        ...clusterSkewSection(place, topology),
      ];
    }),
    notes: ["Keys, memory and operations are each node's own; operations are its average over the last seconds."],
  });
}

function summaryOf({ observed, topology }: SeenCluster): string {
  const { nodes, uncovered, obstacles } = topology;
  if (nodes.length === 0) return `${observed.target.name}: no member showed its view, so the topology is not known.`;
  const primaries = nodes.filter(({ role }) => role === "primary");
  const replicas = nodes.length - primaries.length;
  const covered = slotCount - countSlots(uncovered);
  const sum = (values: (number | null)[]) =>
    values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
  const keys = sum(primaries.map((node) => node.keys));
  const bytes = sum(primaries.map((node) => node.usedBytes));
  const held = [
    ...(keys === null ? [] : [`${formatCount(keys)} ${plural(keys, "key")}`]),
    ...(bytes === null ? [] : [`${formatSize(bytes)} on the primaries`]),
  ];
  return [
    `${observed.target.name}: ${primaries.length} ${primaries.length === 1 ? "primary" : "primaries"},`,
    `${replicas} ${plural(replicas, "replica")};`,
    `${covered === slotCount ? "all" : `${formatCount(covered)} of`} ${formatCount(slotCount)} slots covered`,
    ...(held.length === 0 ? [] : [`; ${held.join(", ")}`]),
    ...(obstacles.length === 0 ? [] : [`; ${obstacles.length} ${plural(obstacles.length, "thing")} not settled`]),
  ]
    .join(" ")
    .replaceAll(" ;", ";")
    .concat(".");
}
