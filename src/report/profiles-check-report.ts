import type { CheckedNode, Capability } from "../model/capability.js";
import type { Coverage, Report, Section } from "../model/report.js";
import { verbReport } from "./verb-report.js";

export interface ProfilesCheck {
  version: string;
  startedAt: string;
  durationMs: number;
  nodes: CheckedNode[];
  /** What discovery could not find out. */
  gaps: Coverage["discoveryGaps"];
}

/** The report of `cachectl profiles check`: which nodes answered, and what the login may do on them. Pure. */
export function profilesCheckReport({ version, startedAt, durationMs, nodes, gaps }: ProfilesCheck): Report {
  const coverage = coverageOf(nodes, gaps);
  const { answered, total } = coverage.nodes;
  return verbReport({
    operation: "profiles-check",
    version,
    startedAt,
    durationMs,
    status: answered === 0 ? "failed" : answered < total || gaps.length > 0 ? "partial" : "success",
    summary: `${answered} of ${total} ${total === 1 ? "node" : "nodes"} answered${refusedCommands(nodes)}.`,
    coverage,
    sections: [connectionSection(nodes), ...rightsSections(nodes)],
    notes: [
      ...gaps.map(({ target, gap }) => `${target}: ${gap}`),
      ...new Set(nodes.flatMap(({ failure }) => (failure === null ? [] : [failure.hint]))),
    ],
  });
}

function connectionSection(nodes: CheckedNode[]): Section {
  return {
    kind: "table",
    id: "connections",
    title: "CONNECTIONS",
    columns: [
      { key: "target", label: "target", unit: "text" },
      { key: "node", label: "node", unit: "text" },
      { key: "role", label: "role", unit: "text" },
      { key: "result", label: "result", unit: "text" },
      { key: "cause", label: "cause", unit: "text" },
      { key: "roundTripMs", label: "round trip", unit: "milliseconds" },
    ],
    rows: nodes.map(({ target, address, role, failure, pingMs }) => ({
      target,
      node: address,
      role,
      result: failure?.message ?? "connected and logged in",
      cause: failure?.cause ?? "",
      roundTripMs: pingMs === null ? null : Math.round(pingMs * 100) / 100,
    })),
  };
}

/** One line for all nodes that give the same answer about a command. */
function rightsSections(nodes: CheckedNode[]): Section[] {
  const rows = new Map<string, { nodes: string[]; capability: Capability }>();
  for (const { address, capabilities } of nodes) {
    for (const capability of capabilities) {
      const key = JSON.stringify([capability.command, capability.allowed, capability.reason]);
      const row = rows.get(key) ?? { nodes: [], capability };
      row.nodes.push(address);
      rows.set(key, row);
    }
  }
  if (rows.size === 0) return [];
  return [
    {
      kind: "table",
      id: "rights",
      title: "WHAT THIS LOGIN MAY DO",
      columns: [
        { key: "command", label: "command", unit: "text" },
        { key: "allowed", label: "allowed", unit: "text" },
        { key: "neededFor", label: "needed for", unit: "text" },
        { key: "reason", label: "reason", unit: "text" },
        { key: "nodes", label: "nodes", unit: "count" },
      ],
      rows: [...rows.values()].map(({ nodes: of, capability }) => ({ ...capability, nodes: of.length })),
    },
  ];
}

function refusedCommands(nodes: CheckedNode[]): string {
  const refused = new Set(
    nodes.flatMap(({ capabilities }) =>
      capabilities.filter(({ allowed }) => allowed === "no").map(({ command }) => command),
    ),
  );
  return refused.size === 0 ? "" : `; refused: ${[...refused].join(", ")}`;
}

function coverageOf(nodes: CheckedNode[], discoveryGaps: Coverage["discoveryGaps"]): Coverage {
  const unreachable = nodes.flatMap(({ target, address, failure }) =>
    failure === null ? [] : [{ target, node: address, reason: failure.message }],
  );
  return {
    nodes: { total: nodes.length, answered: nodes.length - unreachable.length, unreachable },
    discoveryGaps,
    rules: { judged: 0, cannotJudge: 0, notApplicable: 0, ignored: 0 },
    cannotJudge: [],
    ignored: [],
    sample: null,
  };
}
