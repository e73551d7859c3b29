import { comparePriority, priorities } from "../../model/finding.js";
import type { NodeMetrics, NodeReport, Report } from "../../model/report.js";
import { formatCount, formatDuration, formatSize, formatValue } from "../format-value.js";
import { gridLines, type GridColumn } from "./grid.js";
import { nodeStates, type NodeState } from "./node-state.js";
import type { Palette } from "./palette.js";

/** More rows than this push what to do off the screen; the rest is counted and stands in the JSON. */
const mostRows = 40;

interface Row {
  target: string;
  node: NodeReport;
  state: NodeState;
}

/** NODES: one row each, in the order of the report, or, where they are too many, the most urgent. */
export function nodeLines(report: Report, width: number, palette: Palette): string[] {
  const rows = nodeStates(report);
  if (rows.length === 0) return [];
  const shown = rows.length <= mostRows ? rows : rows.toSorted(byUrgency).slice(0, mostRows);
  const judged = report.coverage.rules.judged + report.coverage.rules.cannotJudge > 0;
  // Targets that are called after their only node, as host:port on the command line is, need no column of their own.
  const named = report.targets.length > 1 && shown.some(({ target, node }) => target !== node.address);
  const columns = columnsOf(shown, named, judged, palette);
  const hidden = rows.length - shown.length;
  return [
    "",
    palette.heading("NODES"),
    ...gridLines(columns, width, palette.faint),
    ...(hidden > 0 ? [palette.faint(`+${hidden} more nodes in --json, none more urgent`)] : []),
  ];
}

function byUrgency(a: Row, b: Row): number {
  return urgency(b.state) - urgency(a.state);
}

function urgency(state: NodeState): number {
  if (state === "no answer") return priorities.length;
  if (state === "ok") return -2;
  return state === "unjudged" ? -1 : priorities.indexOf(state);
}

function columnsOf(rows: readonly Row[], named: boolean, judged: boolean, palette: Palette): GridColumn[] {
  const column = (label: string, importance: number | null, read: (row: Row) => string): GridColumn => ({
    label,
    align: "left",
    importance,
    cells: rows.map(read),
  });
  const known = (
    label: string,
    align: GridColumn["align"],
    importance: number,
    read: (row: Row) => string | null,
  ): GridColumn[] => {
    const values = rows.map(read);
    // A column that nobody has a value for, such as the lag of a fleet without replicas, says nothing.
    if (values.every((value) => value === null)) return [];
    return [{ label, align, importance, cells: values.map((value) => value ?? "-") }];
  };
  const number = (label: string, importance: number, read: (metrics: NodeMetrics) => string | null) =>
    known(label, "right", importance, ({ node }) => read(node.metrics));
  return [
    ...(named ? [column("target", 95, ({ target }) => target)] : []),
    column("address", null, ({ node }) => node.address),
    column("role", 90, ({ node }) => node.role),
    ...(judged ? [{ ...column("state", null, ({ state }) => state), paint: statePaint(palette) }] : []),
    ...number("memory", 80, memoryText),
    ...number("hit rate", 70, ({ hitRate }) => orDash(hitRate, (value) => formatValue(value, "percent"))),
    ...number("ops/s", 60, ({ opsPerSecond }) => orDash(opsPerSecond, formatCount)),
    ...number("clients", 55, ({ connections }) => orDash(connections, formatCount)),
    ...number("keys", 50, ({ keys }) => orDash(keys, formatCount)),
    ...number("lag", 45, ({ replicationLagBytes }) => orDash(replicationLagBytes, formatSize)),
    ...number("evicted/s", 40, ({ evictionsPerSecond }) => orDash(evictionsPerSecond, formatCount)),
    ...number("cpu", 35, ({ cpuPercent }) => orDash(cpuPercent, (value) => formatValue(value, "percent"))),
    ...known("version", "left", 52, ({ node }) => versionText(node)),
    ...number("uptime", 30, ({ uptimeSeconds }) => orDash(uptimeSeconds, formatDuration)),
    ...number("frag", 20, ({ fragmentationRatio }) =>
      orDash(fragmentationRatio, (value) => formatValue(value, "ratio")),
    ),
  ];
}

function memoryText({ usedBytes, maxmemoryBytes, utilizationPercent }: NodeMetrics): string | null {
  if (usedBytes === null) return null;
  const used = formatSize(usedBytes);
  if (maxmemoryBytes === null) return `${used} / ?`;
  if (maxmemoryBytes === 0) return `${used}, no limit`;
  const percent = utilizationPercent === null ? "" : ` ${String(Math.round(utilizationPercent)).padStart(3)} %`;
  return `${used} / ${formatSize(maxmemoryBytes)}${percent}`;
}

function versionText({ product, version }: NodeReport): string | null {
  return product === null || (version === null && product === "memcached") ? null : `${product} ${version ?? "?"}`;
}

function orDash(value: number | null, format: (value: number) => string): string | null {
  return value === null ? null : format(value);
}

function statePaint(palette: Palette): (state: string) => string {
  return (state) => {
    if (state === "no answer") return palette.priority("critical")(state);
    const priority = priorities.find((name) => name === state);
    return priority === undefined || comparePriority(priority, "info") <= 0 ? state : palette.priority(priority)(state);
  };
}
