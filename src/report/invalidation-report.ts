import type { ChangeReport } from "../model/change.js";
import type { InvalidationAction, InvalidationCounts } from "../model/invalidation.js";
import { keyText } from "../model/key-name.js";
import type { Report, Section } from "../model/report.js";
import { changeReport } from "./change-report.js";
import { formatCount } from "./format-value.js";
import { column, tableSection } from "./keyspace/section-table.js";
import { plural } from "./summary.js";
import { verbReport } from "./verb-report.js";

type Frame = Pick<Report, "startedAt" | "durationMs"> & { version: string };

/** A tag, a counter or another selector, and what there is of it. */
export interface SelectedRow {
  /** As the user wrote it. */
  selected: string;
  scheme: string | null;
  /** The tag set or counter, one character a byte. */
  keptIn: string | null;
  /** Members of the tag set, or keys that match; null: not counted. */
  keys: number | null;
  /** The number is an estimate. */
  about: boolean;
}

export interface InvalidationPlanReport {
  target: string;
  frame: Frame;
  action: InvalidationAction;
  rows: readonly SelectedRow[];
  /** A few of the keys, one character a byte. */
  sample: readonly string[];
  notes: readonly string[];
}

/** What would be done. The ids and keys of the sections are part of the JSON contract. */
export function invalidationPlan({ target, frame, action, rows, sample, notes }: InvalidationPlanReport): Report {
  return verbReport({
    ...{ operation: "invalidate", status: "success", ...frame },
    summary: `${target}: would ${planText(action, rows)}. Nothing was changed.`,
    sections: [...selectedSection(target, rows), ...sampleSection(target, sample)],
    notes: [...notes],
  });
}

/** `delete about 1,200 keys`: the object of a question or a summary. */
export function planText(action: InvalidationAction, rows: readonly SelectedRow[]): string {
  if (rows.every(({ scheme }) => scheme === "version") && rows.length > 0)
    return `count up ${rows.length} ${plural(rows.length, "version")}`;
  const counted = rows.filter(({ scheme, keys }) => scheme !== "version" && keys !== null);
  const keys = counted.reduce((sum, row) => sum + (row.keys ?? 0), 0);
  const about = counted.some((row) => row.about) ? "about " : "";
  const amount = counted.length === 0 ? "the keys" : `${about}${formatCount(keys)} ${plural(keys, "key")}`;
  if (action.kind === "prune") return `look through ${amount} for members without a key`;
  if (action.kind === "stale") return `let ${amount} expire within ${action.seconds} s`;
  return `delete ${amount}`;
}

export interface InvalidationOutcome {
  target: string;
  frame: Frame;
  action: InvalidationAction;
  rows: readonly SelectedRow[];
  counts: InvalidationCounts;
  change: ChangeReport;
  interrupted: boolean;
  /** How the run and its servers fared. */
  pace: { seconds: number; longestChunkMs: number | null; addedLatencyMs: number | null; slowdowns: number };
  verified: VerifiedKeys | null;
  notes: readonly string[];
}

/** What --verify read back. */
export interface VerifiedKeys {
  checked: number;
  gone: number;
  /** There again, with their tag where they had one: written since. */
  writtenAgain: number;
  /** There, and not in the tag set: this must be 0. */
  withoutTag: number;
  /** Live longer than --stale allows, or could not be asked: this must be 0. */
  unsettled: number;
}

export function invalidationReport(outcome: InvalidationOutcome): Report {
  const { target, frame, rows, counts, change, interrupted, notes, verified } = outcome;
  return changeReport({
    ...{ operation: "invalidate", change, interrupted, ...frame },
    summary: `${target}: ${doneText(outcome)}.`,
    sections: [
      ...selectedSection(target, rows),
      ...countsSection(target, counts, outcome.pace),
      ...verifiedSection(target, verified),
    ],
    notes: [...notes],
  });
}

function doneText({ action, counts, rows, change }: InvalidationOutcome): string {
  if (rows.length > 0 && rows.every(({ scheme }) => scheme === "version"))
    return `counted up ${change.done.length} of ${rows.length} ${plural(rows.length, "version")}`;
  if (action.kind === "prune") return `cleared ${formatCount(counts.untagged)} members without a key out of tag sets`;
  if (action.kind === "stale")
    return `${formatCount(counts.staled)} ${plural(counts.staled, "key")} made stale for at most ${action.seconds} s`;
  return `${formatCount(counts.deleted)} ${plural(counts.deleted, "key")} deleted, ${formatCount(counts.gone)} were gone already`;
}

function selectedSection(target: string, rows: readonly SelectedRow[]): Section[] {
  return tableSection<SelectedRow>(
    { target, several: false },
    {
      id: "selected",
      title: "SELECTED",
      rows,
      columns: [
        column("selected", "selected", "text", null, ({ selected }) => selected),
        column("scheme", "scheme", "text", 60, ({ scheme }) => scheme),
        column("keptIn", "kept in", "text", 50, ({ keptIn }) => (keptIn === null ? null : keyText(keptIn))),
        column("keys", "keys", "count", null, ({ keys }) => keys),
        column("about", "estimate", "text", 40, ({ about }) => (about ? "about" : null)),
      ],
    },
  );
}

function sampleSection(target: string, sample: readonly string[]): Section[] {
  return tableSection<string>(
    { target, several: false },
    {
      id: "sample",
      title: "SOME OF THEM",
      rows: sample,
      columns: [column("key", "key", "text", null, (name) => keyText(name))],
    },
  );
}

function countsSection(
  target: string,
  counts: InvalidationCounts,
  { seconds, longestChunkMs, addedLatencyMs, slowdowns }: InvalidationOutcome["pace"],
): Section[] {
  return tableSection<InvalidationCounts>(
    { target, several: false },
    {
      id: "counts",
      title: "KEYS",
      rows: [counts],
      columns: [
        column("seen", "seen", "count", null, ({ seen }) => seen),
        column("deleted", "deleted", "count", null, ({ deleted }) => deleted),
        column("staled", "made stale", "count", 70, ({ staled }) => staled),
        column("gone", "gone before", "count", null, ({ gone }) => gone),
        column("kept", "left alone", "count", 80, ({ kept }) => kept),
        column("untagged", "members removed", "count", 75, ({ untagged }) => untagged),
        column("retagged", "put back", "count", 60, ({ retagged }) => retagged),
        column("failed", "failed", "count", null, ({ failed }) => failed),
        column("seconds", "took", "seconds", null, () => Math.round(seconds * 1000) / 1000),
        column("longestChunkMs", "longest chunk", "milliseconds", 85, () => rounded(longestChunkMs)),
        column("addedLatencyMs", "added latency", "milliseconds", 50, () => addedLatencyMs),
        column("slowdowns", "slow-downs", "count", 0, () => slowdowns),
      ],
    },
  );
}

function verifiedSection(target: string, verified: VerifiedKeys | null): Section[] {
  return tableSection<VerifiedKeys>(
    { target, several: false },
    {
      id: "verified",
      title: "READ BACK",
      rows: verified === null ? [] : [verified],
      columns: [
        column("checked", "keys", "count", null, ({ checked }) => checked),
        column("gone", "gone", "count", null, ({ gone }) => gone),
        column("writtenAgain", "written again", "count", null, ({ writtenAgain }) => writtenAgain),
        column("withoutTag", "without their tag", "count", null, ({ withoutTag }) => withoutTag),
        column("unsettled", "not as wanted", "count", null, ({ unsettled }) => unsettled),
      ],
    },
  );
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 100) / 100;
}
