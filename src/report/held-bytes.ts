import type { NodeReport, Report } from "../model/report.js";

/**
 * The exact bytes behind the text `metrics.memoryUsage.used`: over primaries and Memcached servers, since replicas hold the
 * same data again. null where the total is not known.
 */
export function heldBytes({ metrics, targets }: Report): number | null {
  // Where the total is known, so is every share.
  if (metrics === null || metrics.memoryUsage.used === null) return null;
  const holders = targets.flatMap(({ nodes }) => nodes).filter(holdsOwnData);
  return Math.round(holders.reduce((sum, node) => sum + (node.metrics.usedBytes ?? 0), 0));
}

function holdsOwnData({ family, role }: NodeReport): boolean {
  return family !== "sentinel" && role !== "replica";
}
