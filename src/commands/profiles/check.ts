import { collectCapabilities, collectMemcachedCapabilities } from "../../collect/capabilities.js";
import type { Capability } from "../../model/capability.js";
import { CachectlError, ConnectError } from "../../model/errors.js";
import type { FleetNode } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { Coverage, Report, Section } from "../../model/report.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { verbReport } from "../../report/verb-report.js";
import type { Context } from "../context.js";

interface CheckedNode {
  target: string;
  address: string;
  role: string;
  /** null: reached. */
  failure: { message: string; hint: string } | null;
  pingMs: number | null;
  capabilities: Capability[];
}

/** `cachectl profiles check`: really connects to every node of the profiles and says what this login may do. Changes nothing. */
export async function checkProfiles(context: Context, selection: ProfileSelection): Promise<Report> {
  const startedAt = new Date(context.clock.now()).toISOString();
  const begunMs = context.clock.monotonicMs();
  const profiles = await context.loadProfiles(selection);
  context.progress.update(`Connecting to ${profiles.map(({ identity }) => identity.name).join(", ")}`);
  const checked = await Promise.all(profiles.map((profile) => checkProfile(context, profile)));
  const nodes = checked.flatMap((target) => target.nodes);
  const gaps = checked.flatMap((target) => target.gaps);
  const coverage = coverageOf(nodes);
  const { answered, total } = coverage.nodes;
  return verbReport({
    operation: "profiles-check",
    version: context.version,
    startedAt,
    durationMs: Math.round(context.clock.monotonicMs() - begunMs),
    status: answered === 0 ? "failed" : answered < total || gaps.length > 0 ? "partial" : "success",
    summary: `${answered} of ${total} nodes answered${summaryOfRights(nodes)}.`,
    coverage,
    sections: [connectionSection(nodes), ...rightsSections(nodes)],
    notes: [...gaps, ...new Set(nodes.flatMap(({ failure }) => (failure === null ? [] : [failure.hint])))],
  });
}

async function checkProfile(context: Context, profile: Profile): Promise<{ nodes: CheckedNode[]; gaps: string[] }> {
  const fleet = await context.openFleet(profile);
  try {
    const nodes = await Promise.all(fleet.nodes.map((node) => checkNode(node, profile.identity.name)));
    const gaps = await fleet.gaps();
    return { nodes, gaps: gaps.map((gap) => `${profile.identity.name}: ${gap}`) };
  } finally {
    fleet.close();
  }
}

async function checkNode(node: FleetNode, target: string): Promise<CheckedNode> {
  const { address, role, family } = node.identity;
  const checked = { target, address, role };
  try {
    if (family === "memcached") {
      const port = await node.openMemcached();
      const capabilities = await collectMemcachedCapabilities(port);
      return { ...checked, failure: null, pingMs: port.greeting.pingMs, capabilities };
    }
    const port = await node.openRedis();
    const capabilities = await collectCapabilities(port);
    return { ...checked, failure: null, pingMs: port.greeting.pingMs, capabilities };
  } catch (error) {
    if (!(error instanceof CachectlError) || error.kind === "interrupted") throw error;
    return { ...checked, failure: error, pingMs: null, capabilities: [] };
  }
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
      cause: failure instanceof ConnectError ? failure.connectCause : "",
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

function summaryOfRights(nodes: CheckedNode[]): string {
  const refused = new Set(
    nodes.flatMap(({ capabilities }) =>
      capabilities.filter(({ allowed }) => allowed === "no").map(({ command }) => command),
    ),
  );
  return refused.size === 0 ? "" : `; refused: ${[...refused].join(", ")}`;
}

function coverageOf(nodes: CheckedNode[]): Coverage {
  const unreachable = nodes.flatMap(({ target, address, failure }) =>
    failure === null ? [] : [{ target, node: address, reason: failure.message }],
  );
  return {
    nodes: { total: nodes.length, answered: nodes.length - unreachable.length, unreachable },
    rules: { judged: 0, cannotJudge: 0, notApplicable: 0, ignored: 0 },
    cannotJudge: [],
    ignored: [],
    sample: null,
  };
}
