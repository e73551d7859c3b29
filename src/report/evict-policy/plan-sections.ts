import type { EvictionPlan, PreflightWarning, SettingChange } from "../../model/eviction-plan.js";
import type { NodeRole } from "../../model/node.js";
import type { Section } from "../../model/report.js";
import { column, tableSection } from "../keyspace/section-table.js";

interface ChangeRow extends SettingChange {
  node: string;
  role: NodeRole;
}

/** What should be known before, then every value that changes. The ids and keys are part of the JSON contract (docs/evict-policy.md). */
export function planSections(plan: EvictionPlan): Section[] {
  const place = { target: plan.target, several: false };
  return [
    ...tableSection<PreflightWarning>(place, {
      id: "preflight",
      title: "BEFORE THE CHANGE",
      rows: plan.warnings,
      columns: [
        column("code", "check", "text", null, ({ code }) => code),
        column("message", "what to know", "text", null, ({ message }) => message),
        column("count", "nodes", "count", null, ({ nodes }) => nodes.length),
        column("nodes", "which", "text", 0, ({ nodes }) => nodes.join(", ")),
      ],
    }),
    ...tableSection<ChangeRow>(place, {
      id: "changes",
      title: "CHANGES",
      rows: plan.nodes.flatMap(({ node, role, changes }) => changes.map((change) => ({ node, role, ...change }))),
      columns: [
        column("node", "node", "text", null, ({ node }) => node),
        column("role", "role", "text", 80, ({ role }) => role),
        column("setting", "setting", "text", null, ({ name }) => name),
        column("from", "now", "text", null, ({ from }) => from),
        column("to", "then", "text", null, ({ to }) => to),
      ],
    }),
  ];
}

/** `maxmemory-policy allkeys-lfu on 6 nodes`; without the values where nodes get different ones. */
export function planText({ nodes }: EvictionPlan): string {
  const changes = nodes.flatMap((node) => node.changes);
  const values = new Set(changes.map(({ name, to }) => `${name} ${to}`));
  const names = new Set(changes.map(({ name }) => name));
  const what = values.size === names.size ? values : names;
  return `${[...what].join(", ")} on ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}`;
}
