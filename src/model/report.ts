import type { Category, Confidence, Evidence, EvidenceUnit, Priority } from "./finding.js";
import type { ChangeReport } from "./change.js";
import type { NodeFamily, NodeRole, TargetKind } from "./node.js";

/** success: all asked, all answered · partial: some node, fact or step is missing · failed: the verb did not do its work. */
export type ReportStatus = "success" | "partial" | "failed";

/** The object every command emits (design contract, docs/report.md). Published as report.schema.json. */
export interface Report {
  schemaVersion: 1;
  tool: { name: "cachectl"; version: string };
  operation: string;
  status: ReportStatus;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  coverage: Coverage;
  /** The verdict in one line, as the table's first line and the Nagios line say it. */
  summary: string;
  /** Over all targets together; null for a verb that measures nothing. */
  metrics: Metrics | null;
  targets: TargetReport[];
  /** Most urgent first. */
  recommendations: Recommendation[];
  /** What else this verb has to show, in reading order. */
  sections: Section[];
  /** Sentences about the run itself: what was not seen, what a number means. */
  notes: string[];
  /** Only when the verb changed something or tried to: what was done and what was not. */
  change?: ChangeReport;
  /** Only when a signal ended the run before its time: the report says what was seen until then. */
  interrupted?: true;
  /** Only when an error ended the run. */
  error?: { code: string; message: string; hint: string };
}

/** A verb's own result: a table of typed cells, or text. The JSON carries the values, the table output formats them by unit. */
export type Section = TableSection | { kind: "text"; id: string; title: string; lines: string[] };

export interface TableSection {
  kind: "table";
  id: string;
  title: string;
  /** The target it is about, where a verb has the section for each. */
  target?: string;
  columns: SectionColumn[];
  rows: Record<string, SectionCell>[];
  /** Rows that the table output prints, the others are counted; 0: none, and no title. Absent: all. */
  shownRows?: number;
}

export interface SectionColumn {
  key: string;
  label: string;
  unit: EvidenceUnit;
  /** Where the terminal is narrow, the column with the lowest goes first; 0: only for the JSON. Absent: it always stays. */
  importance?: number;
}

export type SectionCell = string | number | boolean | null;

export interface Coverage {
  nodes: { total: number; answered: number; unreachable: { target: string; node: string; reason: string }[] };
  /** What discovery could not find out: there may be nodes that nobody looked at. */
  discoveryGaps: { target: string; gap: string }[];
  /** Keys that were asked for and could not be seen: a node went away, or the login may not look at them. */
  unseenKeys?: { target: string; gap: string }[];
  /** Counted over rule × node; a rule that compares the nodes of a target counts once where it could. */
  rules: { judged: number; cannotJudge: number; notApplicable: number; ignored: number };
  /** Equal reasons on many nodes are one entry. */
  cannotJudge: UnjudgedRule[];
  ignored: { ruleId: string; target: string; reason: string }[];
  /** How rates were measured; null when the verb takes no samples. since-start has 0 seconds: every node has its own uptime. */
  sample: { basis: "sample" | "since-start"; seconds: number } | null;
}

export interface UnjudgedRule {
  ruleId: string;
  target: string;
  /** Empty: the target as a whole. */
  nodes: string[];
  reason: string;
  worstCase: Priority;
}

/** Sizes as text with a unit (powers of 1024), for reading; numbers are in `targets[].nodes[].metrics`. */
export interface Metrics {
  hitRate: number | null;
  missRate: number | null;
  /** Evictions per second over the window. */
  evictionRate: number | null;
  memoryUsage: {
    used: string | null;
    peak: string | null;
    /** null: no limit anywhere, or unknown. */
    maxmemory: string | null;
    utilizationPercent: number | null;
  };
  connections: { current: number | null; blocked: number | null; maxClients: number | null };
  /** Field name (`hitRate`, `memoryUsage.utilizationPercent`, …) → why it is null. */
  unknown: Record<string, string>;
}

export interface TargetReport {
  name: string;
  kind: TargetKind;
  status: ReportStatus;
  nodes: NodeReport[];
}

export interface NodeReport {
  address: string;
  family: NodeFamily;
  role: NodeRole;
  reachable: boolean;
  /** Why not, as a sentence; null when reachable. */
  failure: string | null;
  product: "redis" | "valkey" | "memcached" | null;
  version: string | null;
  metrics: NodeMetrics;
}

/** null: not known. Bytes, seconds, per second over the window. */
export interface NodeMetrics {
  uptimeSeconds: number | null;
  usedBytes: number | null;
  peakBytes: number | null;
  maxmemoryBytes: number | null;
  utilizationPercent: number | null;
  fragmentationRatio: number | null;
  evictionPolicy: string | null;
  hitRate: number | null;
  missRate: number | null;
  evictionsPerSecond: number | null;
  opsPerSecond: number | null;
  connections: number | null;
  blockedConnections: number | null;
  maxClients: number | null;
  keys: number | null;
  keysWithTtl: number | null;
  replicationLagBytes: number | null;
  cpuPercent: number | null;
}

export interface Recommendation {
  category: Category;
  issue: string;
  action: string;
  priority: Priority;
  ruleId: string;
  target: string;
  /** The node, or the first of several; null when the finding is about the whole target. */
  node: string | null;
  nodes: string[];
  /** Why this threshold. */
  reason: string;
  evidence: Evidence[];
  /** Lines ready for a shell. Passwords are asked for, never printed. */
  commands: string[];
  confidence: Confidence;
}
