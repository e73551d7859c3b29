import type { ChangeReport } from "../../model/change.js";
import type { Report, Section, SectionCell } from "../../model/report.js";
import type { WarmServer } from "../../model/warm-server.js";
import { changeReport } from "../change-report.js";
import { formatCount } from "../format-value.js";
import { lostItems, serverFailures, serversSection } from "./servers-section.js";

export interface WarmReadBack {
  asked: number;
  same: number;
  different: number;
  gone: number;
  /** Nobody answered. */
  unread: number;
}

/** What a run did, in rows of its source: each is in exactly one of the counts but `read`. */
export interface WarmFigures {
  read: number;
  written: number;
  present: number;
  expired: number;
  rejected: number;
  failed: number;
  unknown: number;
  notWritten: number;
}

export interface WarmReportInput extends Pick<Report, "startedAt" | "durationMs"> {
  version: string;
  target: string;
  source: string;
  counts: WarmFigures;
  /** How long rows were carried over, without what came before and after. */
  seconds: number;
  stop: { kind: string; reason: string; hint: string } | null;
  /** Null: none was asked for. A null within: it could not be known. */
  hitRate: { before: number | null; after: number | null } | null;
  readBack: WarmReadBack | null;
  pausedSeconds: number;
  /** Rejected and refused rows as they are told apart, most frequent first. */
  reasons: readonly { reason: string; rows: number; example: string }[];
  notes: string[];
  /** What could not be kept for the next run: its checkpoint, its ETags. */
  troubles: readonly string[];
  /** Of a pool whose servers do not know of each other; empty: any other target. */
  servers: readonly WarmServer[];
  /** What servers may have lost of what they acknowledged. Sentences without a full stop. */
  losses: readonly string[];
  /** The line that goes on. */
  goOn: string;
}

/** Pure. */
export function warmReport(input: WarmReportInput): Report {
  const { counts, stop, target, version, startedAt, durationMs } = input;
  const change = changeOf(input);
  const report = changeReport({
    ...{ operation: "warm", version, startedAt, durationMs, change },
    summary: summaryOf(input),
    interrupted: stop?.kind === "interrupted",
    sections: [figures(input), ...serversSection(input.servers, target), ...reasonsSection(input)],
    notes: [...(stop === null ? [] : [stop.hint]), ...input.notes],
  });
  // Without anything written it is no partial success, except where nothing was to be written.
  const failed = !change.complete && counts.written + counts.present === 0;
  return { ...report, status: failed ? "failed" : report.status, summary: `${target}: ${report.summary}` };
}

function changeOf({ counts, stop, goOn, readBack, troubles, servers, losses }: WarmReportInput): ChangeReport {
  // One that is different may have been written by an application since, or by a later row of the same key.
  const lost = readBack?.gone ?? 0;
  const failed = [
    ...(stop === null || stop.kind === "interrupted" ? [] : [{ step: "warm", reason: stop.reason }]),
    ...(counts.failed > 0 && stop === null
      ? [{ step: `write ${counts.failed} items`, reason: "refused by the target; --rejects FILE tells which" }]
      : []),
    // The cause before what shows it.
    ...losses.map((reason) => ({ step: "keep what was written", reason })),
    ...(lost > 0 ? [{ step: "read back", reason: `${lost} of ${readBack?.asked ?? 0} sampled items are gone` }] : []),
    ...serverFailures(servers),
    ...troubles.map((reason) => ({ step: "note for the next run", reason })),
  ];
  const complete = stop === null && failed.length === 0;
  return {
    complete,
    done: counts.written === 0 ? [] : [`wrote ${formatCount(counts.written)} items`],
    failed,
    notDone: stop === null ? [] : ["the rest of the source"],
    goOn: complete ? [] : [goOn],
  };
}

function summaryOf({ counts, source, seconds, servers }: WarmReportInput): string {
  const rate = seconds > 0 ? ` (${formatCount(Math.round(counts.read / seconds))} rows a second)` : "";
  const rest = [
    [counts.present, "were there already"],
    [counts.expired, "had run out"],
    [counts.rejected, "rejected"],
    [counts.failed, "refused"],
    [counts.unknown, "of unknown fate"],
    [counts.notWritten, "not written"],
    [lostItems(servers), "lost by a restart"],
  ] as const;
  const others = rest.flatMap(([count, what]) => (count === 0 ? [] : [`${formatCount(count)} ${what}`]));
  return `${[`wrote ${formatCount(counts.written)} of ${formatCount(counts.read)} rows of ${source} in ${seconds.toFixed(1)} s${rate}`, ...others].join("; ")}.`;
}

function figures(input: WarmReportInput): Section {
  const { counts, hitRate, readBack, pausedSeconds, seconds } = input;
  const rows: [string, SectionCell][] = [
    ["rows read", counts.read],
    ["items written", counts.written],
    ["there already", counts.present],
    ["run out before", counts.expired],
    ["rows rejected", counts.rejected],
    ["items refused", counts.failed],
    ["of unknown fate", counts.unknown],
    ["not written", counts.notWritten],
    ...(lostItems(input.servers) === 0
      ? []
      : ([["lost by a restart", lostItems(input.servers)]] satisfies [string, SectionCell][])),
    ["rows a second", seconds > 0 ? Math.round(counts.read / seconds) : null],
    ["seconds paused", Math.round(pausedSeconds * 10) / 10],
    ...(hitRate === null
      ? []
      : ([
          ["hit rate before, %", hitRate.before],
          ["hit rate after, %", hitRate.after],
        ] satisfies [string, SectionCell][])),
    ...(readBack === null
      ? []
      : ([
          ["read back", readBack.asked],
          ["as written", readBack.same],
          ["different", readBack.different],
          ["gone", readBack.gone],
          ["could not be read", readBack.unread],
        ] satisfies [string, SectionCell][])),
  ];
  return {
    ...{ kind: "table", id: "warm", title: "Warm", target: input.target },
    columns: [
      { key: "what", label: "WHAT", unit: "text" },
      { key: "value", label: "VALUE", unit: "count" },
    ],
    rows: rows.map(([what, value]) => ({ what, value })),
  };
}

function reasonsSection({ reasons, target }: WarmReportInput): Section[] {
  if (reasons.length === 0) return [];
  return [
    {
      ...{ kind: "table", id: "rejected", title: "Rejected", target },
      columns: [
        { key: "reason", label: "REASON", unit: "text" },
        { key: "rows", label: "ROWS", unit: "count" },
        { key: "example", label: "FIRST", unit: "text" },
      ],
      rows: reasons.map((row) => ({ ...row })),
    },
  ];
}
