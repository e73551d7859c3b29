import type { Report } from "../model/report.js";
import { heldBytes } from "./held-bytes.js";
import { printable } from "./printable.js";
import { isIncomplete, isUnsettled, worstPriority } from "./verdict.js";

export type NagiosState = "OK" | "WARNING" | "CRITICAL" | "UNKNOWN";

/** The exit codes of the Nagios plugin interface. */
export const nagiosExitCodes: Readonly<Record<NagiosState, 0 | 1 | 2 | 3>> = {
  OK: 0,
  WARNING: 1,
  CRITICAL: 2,
  UNKNOWN: 3,
};

/**
 * critical and high are CRITICAL; medium is WARNING, and so is a cluster that is not settled; less is OK. Without such a
 * finding, a node that did not answer or an unjudged rule that may report medium or worse is UNKNOWN: a service is not up
 * because nobody could look.
 */
export function nagiosState(report: Report): NagiosState {
  // Somebody has to go on with it, whatever else was seen.
  if (report.change?.complete === false) return "CRITICAL";
  const worst = worstPriority(report);
  if (worst === "critical" || worst === "high") return "CRITICAL";
  if (worst === "medium" || isUnsettled(report)) return "WARNING";
  if (isIncomplete(report, "medium")) return "UNKNOWN";
  if (report.status === "failed") return report.coverage.nodes.answered > 0 ? "CRITICAL" : "UNKNOWN";
  return report.status === "partial" && report.coverage.cannotJudge.length === 0 ? "WARNING" : "OK";
}

/** One line of plugin output: state, summary, the three most urgent issues, and after `|` the numbers. */
export function renderNagios(report: Report): string {
  const urgent = report.recommendations.filter(({ priority }) => priority !== "info" && priority !== "low");
  const shown = urgent.slice(0, 3).map(({ issue, target, nodes }) => `${issue} (${place(target, nodes)})`);
  const more = urgent.length > 3 ? [`${urgent.length - 3} more`] : [];
  const text = [report.summary, ...(urgent.length > 0 ? [[...shown, ...more].join("; ")] : [])].join(" ");
  // A bar would begin the numbers; control characters were made printable before, so there is one line.
  const line = printable(`CACHECTL ${nagiosState(report)} - ${text}`).replaceAll("|", "/");
  return `${line} | ${performanceData(report).join(" ")}\n`;
}

function place(target: string, nodes: readonly string[]): string {
  const [first] = nodes;
  if (first === undefined) return target;
  return nodes.length === 1 ? first : `${first} and ${nodes.length - 1} more`;
}

function performanceData(report: Report): string[] {
  const { metrics, coverage, recommendations } = report;
  const count = (...wanted: string[]) => recommendations.filter(({ priority }) => wanted.includes(priority)).length;
  return [
    datum("nodes_answered", coverage.nodes.answered, "", `;;;0;${coverage.nodes.total}`),
    datum("findings_critical_high", count("critical", "high")),
    datum("findings_medium", count("medium")),
    datum("checks_unjudged", coverage.rules.cannotJudge),
    ...(metrics === null
      ? []
      : [
          datum("hit_rate", metrics.hitRate, "%", ";;;0;100"),
          datum("evictions_per_second", metrics.evictionRate),
          datum("memory_used", heldBytes(report), "B"),
          datum("memory_utilization", metrics.memoryUsage.utilizationPercent, "%"),
          datum("connections", metrics.connections.current),
        ]),
  ];
}

/** `'label'=value[UOM];warn;crit;min;max`; U is the interface's word for a value that could not be determined. */
function datum(label: string, value: number | null, unit = "", bounds = ""): string {
  return value === null ? `'${label}'=U` : `'${label}'=${value}${unit}${bounds}`;
}
