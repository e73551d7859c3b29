import type { EvictionNode } from "../../model/eviction-node.js";
import type { Section } from "../../model/report.js";
import { column, tableSection } from "../keyspace/section-table.js";

interface DriftRow {
  setting: string;
  value: string;
  nodes: string[];
}

/** Settings that are not the same on all nodes, with who has which value. Empty where all agree: nodes that do not say are not counted. */
export function driftSection(place: { target: string; several: boolean }, nodes: readonly EvictionNode[]): Section[] {
  const rows = driftRows(nodes);
  if (rows.length === 0) return [];
  return tableSection<DriftRow>(place, {
    id: "drift",
    title: "DRIFT",
    rows,
    columns: [
      column("setting", "setting", "text", null, ({ setting }) => setting),
      column("value", "value", "text", null, ({ value }) => value),
      column("count", "nodes", "count", null, ({ nodes }) => nodes.length),
      column("nodes", "which", "text", 50, ({ nodes }) => nodes.join(", ")),
    ],
  });
}

/** The most common value of each setting first. */
export function driftRows(nodes: readonly EvictionNode[]): DriftRow[] {
  const names = [...new Set(nodes.flatMap(({ settings }) => Object.keys(settings)))];
  return names.flatMap((setting) => {
    const byValue = new Map<string, string[]>();
    for (const { address, settings } of nodes) {
      const value = settings[setting];
      if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), address]);
    }
    if (byValue.size < 2) return [];
    return [...byValue]
      .map(([value, having]) => ({ setting, value, nodes: having }))
      .sort((a, b) => b.nodes.length - a.nodes.length);
  });
}
