import type { Metrics } from "../../model/report.js";
import { formatCount, formatSize, formatValue } from "../format-value.js";

/** The metrics over all targets in a sentence or two; what is not known is named with its reason, not left out. `usedBytes` is exact. */
export function totalText(metrics: Metrics, usedBytes: number | null): string {
  const { hitRate, evictionRate, connections, unknown } = metrics;
  const values: [name: string, field: string, value: string | null][] = [
    ["memory", "memoryUsage.used", usedBytes === null ? null : memoryText(metrics, usedBytes)],
    ["hit rate", "hitRate", hitRate === null ? null : formatValue(hitRate, "percent")],
    ["evictions", "evictionRate", evictionRate === null ? null : formatValue(evictionRate, "per-second")],
    ["clients", "connections.current", connections.current === null ? null : formatCount(connections.current)],
  ];
  const known = values.flatMap(([name, , value]) => (value === null ? [] : [`${name} ${value}`]));
  const reasons = new Map<string, string[]>();
  for (const [name, field, value] of values) {
    if (value !== null) continue;
    const reason = unknown[field] ?? "no reason given";
    reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  const gaps = [...reasons].map(([reason, names]) => `${names.join(", ")} unknown: ${reason}`);
  return `Together: ${[known.join(", "), ...gaps].filter((part) => part !== "").join("; ")}`;
}

function memoryText({ memoryUsage: { maxmemory, utilizationPercent } }: Metrics, usedBytes: number): string {
  const limit = maxmemory === null ? "" : ` of ${spaced(maxmemory)}`;
  const share = utilizationPercent === null ? "" : ` (${formatValue(utilizationPercent, "percent")})`;
  return `${formatSize(usedBytes)}${limit}${share}`;
}

/** `3.2GB` is the contract's form; the table sets the unit apart, as it does everywhere. */
function spaced(size: string): string {
  return size.replace(/(?=[A-Z])/, " ");
}
