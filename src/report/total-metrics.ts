import { known, mapFact, missing, type Fact } from "../model/fact.js";
import type { Num } from "../model/facts.js";
import type { ObservedNode } from "../model/observation.js";
import type { Metrics, NodeMetrics } from "../model/report.js";
import { formatBytes, roundTo } from "./format-value.js";
import { evictionsPerSecond, hitRatePercent, lookups } from "./node-metrics.js";
import { failureOf, roleOf } from "./observed-node.js";

/** An observed node beside the metrics that the report gives for it. */
export interface MeasuredNode {
  observed: ObservedNode;
  metrics: NodeMetrics;
}

/**
 * The metrics over all targets together. A sum to which one node's share is unknown is unknown: it would be too small,
 * and nobody could see by how much.
 *
 * Memory is summed over primaries and Memcached servers only (and nodes that might be primaries): replicas hold the same
 * data again. Rates and connections are summed over replicas too. Sentinels hold no data and are left out.
 */
export function totalMetrics(nodes: readonly MeasuredNode[]): Metrics {
  const data = nodes.filter(({ observed }) => observed.node.family !== "sentinel");
  const holders = data.filter(({ observed }) => roleOf(observed) !== "replica");
  const unknown: Record<string, string> = {};
  const settle = <T>(field: string, fact: Fact<T>): T | null => {
    if (fact.ok) return fact.value;
    unknown[field] = fact.reason;
    return null;
  };
  const hitRate = totalHitRate(data);
  const used = sum(holders, "used_memory", ({ metrics }) => metrics.usedBytes);
  const limit = totalLimit(holders);
  return {
    hitRate: settle("hitRate", hitRate),
    missRate: settle(
      "missRate",
      mapFact(hitRate, (percent) => roundTo(100 - percent, 2)),
    ),
    evictionRate: settle("evictionRate", totalEvictionRate(data)),
    memoryUsage: {
      used: settle("memoryUsage.used", mapFact(used, asText)),
      peak: settle("memoryUsage.peak", mapFact(totalPeak(holders), asText)),
      maxmemory: settle("memoryUsage.maxmemory", mapFact(limit, asText)),
      utilizationPercent: settle("memoryUsage.utilizationPercent", utilization(used, limit)),
    },
    connections: {
      current: settle(
        "connections.current",
        sum(data, "connections", ({ metrics }) => metrics.connections),
      ),
      blocked: settle("connections.blocked", totalBlocked(data)),
      maxClients: settle(
        "connections.maxClients",
        sum(data, "maxclients", ({ metrics }) => metrics.maxClients),
      ),
    },
    unknown,
  };
}

function totalHitRate(nodes: readonly MeasuredNode[]): Fact<number> {
  const hits = sumFacts(nodes, ({ observed }) => mapFact(lookups(observed), (seen) => seen.hits));
  const misses = sumFacts(nodes, ({ observed }) => mapFact(lookups(observed), (seen) => seen.misses));
  if (!hits.ok) return hits;
  if (!misses.ok) return misses;
  const percent = hitRatePercent({ hits: hits.value, misses: misses.value });
  return percent === null ? missing("not-sampled", "there were no lookups in the window") : known(percent);
}

function totalEvictionRate(nodes: readonly MeasuredNode[]): Fact<number> {
  const rate = sumFacts(nodes, ({ observed }) => evictionsPerSecond(observed));
  return mapFact(rate, (perSecond) => roundTo(perSecond, 2));
}

function totalPeak(nodes: readonly MeasuredNode[]): Fact<number> {
  if (nodes.some(({ observed }) => observed.node.family === "memcached"))
    return missing("not-supported", "Memcached does not report a peak");
  return sum(nodes, "used_memory_peak", ({ metrics }) => metrics.peakBytes);
}

function totalBlocked(nodes: readonly MeasuredNode[]): Fact<number> {
  const redis = nodes.filter(({ observed }) => observed.node.family === "redis");
  if (redis.length === 0 && nodes.length > 0) return missing("not-supported", "Memcached has no blocking commands");
  return sum(redis, "blocked_clients", ({ metrics }) => metrics.blockedConnections);
}

function totalLimit(nodes: readonly MeasuredNode[]): Fact<number> {
  const limit = sum(nodes, "maxmemory", ({ metrics }) => metrics.maxmemoryBytes);
  const unlimited = nodes.filter(({ metrics }) => metrics.maxmemoryBytes === 0);
  if (!limit.ok || unlimited.length === 0) return limit;
  return missing("not-supported", `no maxmemory is set on ${names(unlimited)}`);
}

function utilization(used: Fact<number>, limit: Fact<number>): Fact<number> {
  if (!used.ok) return used;
  return mapFact(limit, (bytes) => roundTo((100 * used.value) / bytes, 1));
}

function sum(nodes: readonly MeasuredNode[], field: string, read: (node: MeasuredNode) => Num): Fact<number> {
  return sumFacts(nodes, (node) => {
    const value = read(node);
    return value === null ? missing("failed", `${field} is not known`) : known(value);
  });
}

function sumFacts(nodes: readonly MeasuredNode[], read: (node: MeasuredNode) => Fact<number>): Fact<number> {
  if (nodes.length === 0) return missing("failed", "no node holds data");
  let total = 0;
  const gaps: { node: MeasuredNode; reason: string }[] = [];
  for (const node of nodes) {
    const failure = failureOf(node.observed);
    const fact = failure === null ? read(node) : missing("unreachable", "not reachable");
    if (fact.ok) total += fact.value;
    else gaps.push({ node, reason: fact.reason });
  }
  const [first] = gaps;
  if (first === undefined) return known(total);
  const alike = gaps.filter(({ reason }) => reason === first.reason).map(({ node }) => node);
  const others = gaps.length - alike.length;
  const rest = others === 0 ? "" : `, and unknown on ${others} more for other reasons`;
  return missing("failed", `${first.reason} (${names(alike)})${rest}`);
}

function names(nodes: readonly MeasuredNode[]): string {
  const shown = nodes.slice(0, 3).map(({ observed }) => observed.node.address);
  return nodes.length > 3 ? `${shown.join(", ")} and ${nodes.length - 3} more` : shown.join(", ");
}

function asText(bytes: number): string {
  return formatBytes(bytes);
}
