import type { Confidence, Priority } from "../../model/finding.js";
import type { KeyTotals, ScanFacts, WasteFacts, WasteItem, WasteKind } from "../../model/keyspace.js";
import type { TargetIdentity } from "../../model/node.js";
import { cannotJudge, type CheckResult, type Draft, type Threshold } from "../rule.js";
import { wholePass } from "./whole-pass.js";

/** Groups that the evidence names; the report's table lists them all. */
const namedGroups = 3;

/** What the items of one kind come to. */
export interface WasteSum {
  items: WasteItem[];
  keys: number;
  /** Null where no item tells. */
  bytes: number | null;
  savedBytes: number | null;
}

/**
 * The finding over all items of a kind of waste, most saved first in its evidence. Without an item: cannot judge where the
 * kind was not looked into, else nothing.
 */
export function wasteFinding(
  kind: WasteKind,
  { scan, waste }: { scan: ScanFacts; waste: WasteFacts },
  target: TargetIdentity,
  judge: (sum: WasteSum) => Pick<Draft, "priority" | "action">,
): CheckResult {
  const items = waste.items.filter((item) => item.kind === kind);
  if (items.length === 0) {
    const unknown = waste.unknown.find((entry) => entry.kind === kind);
    return unknown === undefined ? null : cannotJudge(unknown.reason);
  }
  const sum = sumOf(items);
  const { nodes, evidence } = wholePass(scan, target);
  return {
    ...judge(sum),
    confidence: lowest(items.map(({ confidence }) => confidence)),
    nodes,
    evidence: [
      // The one group goes first, as what the sums are of; several are told apart after them.
      ...(items.length === 1 ? items.map(({ pattern }) => evidence("pattern", pattern, "text")) : []),
      evidence("keys", sum.keys, "count"),
      ...(sum.bytes === null ? [] : [evidence("their bytes", sum.bytes, "bytes")]),
      ...(sum.savedBytes === null ? [] : [evidence("estimated saving", sum.savedBytes, "bytes")]),
      ...(items.length > 1 ? items.slice(0, namedGroups) : []).map(({ pattern, keys }) =>
        evidence(pattern, keys, "count"),
      ),
      ...items.slice(0, 1).map(({ basis }) => evidence("basis", basis, "text")),
    ],
  };
}

/** For advice that costs work on the applications: worth it from a tenth of the memory on, and not for a small one. */
export const worthwhile = {
  percent: { default: 10, unit: "percent" },
  minBytes: { default: 100 * 2 ** 20, unit: "bytes" },
} as const satisfies Record<string, Threshold>;

/** `low` where `gainBytes` is worth the work, else `info`. */
export function priorityByGain(
  gainBytes: number | null,
  { keyTotals }: { keyTotals: KeyTotals },
  { percent, minBytes }: Record<keyof typeof worthwhile, number>,
): Extract<Priority, "info" | "low"> {
  const allBytes = keyTotals.bytes?.value ?? null;
  if (gainBytes === null || allBytes === null || gainBytes < minBytes) return "info";
  return 100 * gainBytes >= percent * allBytes ? "low" : "info";
}

function sumOf(items: WasteItem[]): WasteSum {
  return {
    items,
    keys: items.reduce((sum, { keys }) => sum + keys, 0),
    bytes: sumKnown(items.map(({ bytes }) => bytes)),
    savedBytes: sumKnown(items.map(({ savedBytes }) => savedBytes)),
  };
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function lowest(confidences: readonly Confidence[]): Confidence {
  return (["low", "medium"] as const).find((word) => confidences.includes(word)) ?? "high";
}
