import type { Doubt, EvictionAdvice, Reason, UseRow } from "../../model/eviction-advice.js";
import type { Figure } from "../../model/keyspace.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Section, SectionColumn } from "../../model/report.js";
import { formatDuration, formatValue } from "../format-value.js";
import { limitText } from "./limit-text.js";

interface Advised {
  observed: ObservedTarget;
  advice: EvictionAdvice;
}

/** What was chosen, why, how the keys are used, and what is not known. */
export function adviceSections({ advice }: Advised, several: boolean): Section[] {
  const { target, policy, maxmemory, use, command } = advice;
  const title = (text: string) => (several ? `${text}: ${target}` : text);
  return [
    {
      ...{ kind: "table", id: "decision", title: title("DECISION"), target },
      columns: decisionColumns,
      rows: [
        {
          setting: "maxmemory-policy",
          now: policy.current ?? "differs or unknown",
          recommended: policy.chosen ?? "cannot say",
          confidence: policy.confidence,
          changes: policy.priority !== null,
        },
        {
          setting: "maxmemory",
          now: maxmemory.currentBytes === null ? "differs or unknown" : limitText(maxmemory.currentBytes),
          recommended: maxmemory.chosenBytes === null ? "cannot say" : limitText(maxmemory.chosenBytes),
          recommendedBytes: maxmemory.chosenBytes,
          confidence: maxmemory.confidence,
          changes: maxmemory.priority !== null,
        },
      ],
    },
    {
      ...{ kind: "text", id: "reasons", title: title("WHY") },
      lines: [
        ...policy.reasons.flatMap((reason) => reasonLines("policy", reason)),
        ...maxmemory.reasons.flatMap((reason) => reasonLines("maxmemory", reason)),
        ...(command === null ? [] : ["To carry it out:", `$ ${command}`]),
      ],
    },
    ...useSections(advice, title, use.basis),
    ...doubtSections(target, advice.doubts, title),
  ];
}

/** Also of Memcached targets. */
export function doubtSections(target: string, doubts: readonly Doubt[], title: (text: string) => string): Section[] {
  if (doubts.length === 0) return [];
  return [
    {
      ...{ kind: "table", id: "unsure", title: title("UNSURE"), target },
      columns: [
        { key: "about", label: "about", unit: "text" },
        { key: "unsure", label: "not known", unit: "text" },
        { key: "sureBy", label: "what would make it sure", unit: "text" },
      ],
      rows: doubts.map((doubt) => ({ ...doubt })),
    },
  ];
}

const decisionColumns: SectionColumn[] = [
  { key: "setting", label: "setting", unit: "text" },
  { key: "now", label: "now", unit: "text" },
  { key: "recommended", label: "recommended", unit: "text" },
  { key: "recommendedBytes", label: "bytes", unit: "bytes", importance: 0 },
  { key: "confidence", label: "confidence", unit: "text" },
  { key: "changes", label: "changes", unit: "text" },
];

function reasonLines(about: string, { because, evidence }: Reason): string[] {
  const facts = evidence.map(({ fact, value, unit, node }, _, all) => {
    const repeated = all.filter((other) => other.fact === fact).length > 1;
    return `${fact} ${formatValue(value, unit)}${repeated ? ` (${node})` : ""}`;
  });
  const shown = facts.length > 8 ? [...facts.slice(0, 8), `+${facts.length - 8} more in --json`] : facts;
  return [`${about}: ${because}`, ...(shown.length === 0 ? [] : [`  ${shown.join(", ")}`])];
}

function useSections(
  { target, use }: EvictionAdvice,
  title: (text: string) => string,
  basis: EvictionAdvice["use"]["basis"],
): Section[] {
  if (basis === "none")
    return [
      {
        ...{ kind: "text", id: "in-use-unknown", title: title("IN USE") },
        lines: [`Not known: ${use.unknown ?? "no key was seen"}.`],
      },
    ];
  const allBytes = use.rows.reduce((sum, { bytes }) => sum + (bytes?.value ?? 0), 0);
  let seenBytes = 0;
  return [
    {
      ...{
        kind: "table",
        id: "in-use",
        title: title(basis === "idle" ? "IN USE, BY IDLE TIME" : "IN USE, BY LFU COUNTER"),
        target,
      },
      columns: useColumns(basis),
      rows: use.rows.map((row) => {
        seenBytes += row.bytes?.value ?? 0;
        return {
          range: rangeText(row, basis),
          from: row.from,
          to: row.to,
          ...figureCells("keys", row.keys),
          ...figureCells("bytes", row.bytes),
          shareToHere: allBytes === 0 ? null : Math.round((1000 * seenBytes) / allBytes) / 10,
        };
      }),
    },
  ];
}

function useColumns(basis: "idle" | "frequency"): SectionColumn[] {
  return [
    { key: "range", label: basis === "idle" ? "last used" : "counter", unit: "text" },
    { key: "from", label: "from", unit: basis === "idle" ? "seconds" : "count", importance: 0 },
    { key: "to", label: "to", unit: basis === "idle" ? "seconds" : "count", importance: 0 },
    { key: "keys", label: "keys", unit: "count" },
    { key: "keysPlusMinus", label: "±", unit: "count" },
    { key: "bytes", label: "bytes", unit: "bytes" },
    { key: "bytesPlusMinus", label: "±", unit: "bytes" },
    { key: "shareToHere", label: "up to here", unit: "percent" },
  ];
}

function figureCells(name: string, figure: Figure | null): Record<string, number | null> {
  return { [name]: figure?.value ?? null, [`${name}PlusMinus`]: figure?.plusMinus ?? null };
}

function rangeText({ from, to }: UseRow, basis: "idle" | "frequency"): string {
  if (basis === "idle") {
    if (to === null) return `over ${formatDuration(from)} ago`;
    return from === 0 ? `within ${formatDuration(to)}` : `${formatDuration(from)} to ${formatDuration(to)} ago`;
  }
  if (to === null) return `${from} and more`;
  return to - from === 1 ? `${from}` : `${from} to ${to - 1}`;
}
