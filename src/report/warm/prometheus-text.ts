import type { WarmFigures } from "./warm-report.js";

export interface WarmMetrics {
  name: string;
  target: string;
  success: boolean;
  /** Null: the run broke off before it could count. */
  counts: WarmFigures | null;
  durationSeconds: number;
  /** Unix seconds, of this run's end. */
  endedAt: number;
}

/** A file for node_exporter's textfile collector (Prometheus text format 0.0.4). Pure. */
export function prometheusText({ name, target, success, counts, durationSeconds, endedAt }: WarmMetrics): string {
  const labels = `manifest="${escaped(name)}",target="${escaped(target)}"`;
  const lines = [
    "# HELP cachectl_warm_success Whether the last run took care of its whole source.",
    "# TYPE cachectl_warm_success gauge",
    `cachectl_warm_success{${labels}} ${success ? 1 : 0}`,
    "# HELP cachectl_warm_end_timestamp_seconds When the last run ended.",
    "# TYPE cachectl_warm_end_timestamp_seconds gauge",
    `cachectl_warm_end_timestamp_seconds{${labels}} ${endedAt}`,
    "# HELP cachectl_warm_duration_seconds How long the last run took.",
    "# TYPE cachectl_warm_duration_seconds gauge",
    `cachectl_warm_duration_seconds{${labels}} ${durationSeconds}`,
    ...(counts === null ? [] : rowLines(counts, labels)),
  ];
  return `${lines.join("\n")}\n`;
}

/** What was read stands by itself, so that a sum over the outcomes is a number of rows. */
function rowLines(counts: WarmFigures, labels: string): string[] {
  return [
    "# HELP cachectl_warm_rows_read Rows that the last run took from its source.",
    "# TYPE cachectl_warm_rows_read gauge",
    `cachectl_warm_rows_read{${labels}} ${counts.read}`,
    "# HELP cachectl_warm_rows What became of the rows of the last run.",
    "# TYPE cachectl_warm_rows gauge",
    ...Object.entries(outcomes).map(
      ([name, outcome]) =>
        `cachectl_warm_rows{${labels},outcome="${outcome}"} ${counts[name as keyof typeof outcomes]}`,
    ),
  ];
}

const outcomes: Record<Exclude<keyof WarmFigures, "read">, string> = {
  written: "written",
  present: "present",
  expired: "expired",
  rejected: "rejected",
  failed: "failed",
  unknown: "unknown",
  notWritten: "not_written",
};

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
