import type { ObservedNode, ObservedTarget } from "../model/observation.js";
import type { Coverage, NodeMetrics, NodeReport, ReportStatus, TargetReport } from "../model/report.js";
import { failureOf, roleOf } from "./observed-node.js";

/** A target with its nodes as every report of observed servers gives them. `metrics`: of each node, in their order. */
export function targetReport(
  { target, nodes }: ObservedTarget,
  metrics: readonly NodeMetrics[],
  status: (total: number, answered: number) => ReportStatus,
): TargetReport {
  const reports = nodes.flatMap((observed, index) => {
    const measured = metrics[index];
    return measured === undefined ? [] : [nodeReport(observed, measured)];
  });
  const answered = reports.filter(({ reachable }) => reachable).length;
  return { name: target.name, kind: target.kind, status: status(reports.length, answered), nodes: reports };
}

/** failed: no node answered. partial: one did not, or not all could be seen. */
export function statusOf(total: number, answered: number, isIncomplete: boolean): ReportStatus {
  if (answered === 0) return "failed";
  return answered < total || isIncomplete ? "partial" : "success";
}

/** Whether a rule could not be judged on this target. */
export function isUnjudged({ cannotJudge }: Coverage, target: string): boolean {
  return cannotJudge.some((rule) => rule.target === target);
}

function nodeReport(observed: ObservedNode, metrics: NodeMetrics): NodeReport {
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
