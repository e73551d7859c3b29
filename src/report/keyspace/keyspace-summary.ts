import type { NodeScan } from "../../model/keyspace.js";
import type { Observation, ObservedTarget } from "../../model/observation.js";
import type { Coverage, Recommendation } from "../../model/report.js";
import { truncate } from "../display-width.js";
import { formatCount, formatDuration, formatSize } from "../format-value.js";
import { findingCounts, plural } from "../summary.js";

/** Groups that the first line names. */
const namedGroups = 3;

/** Columns of a pattern in it: the whole one is in the table. */
const namedWidth = 40;

/** A group below this share is not what eats the memory. */
const namedFromPercent = 5;

export interface KeyspaceSummaryInput {
  observation: Observation;
  recommendations: readonly Recommendation[];
  coverage: Coverage;
  durationMs: number;
  interrupted: boolean;
}

/** The verdict in one line: what was found, how much was read where and how fast, and what most of the memory is. */
export function keyspaceSummary(input: KeyspaceSummaryInput): string {
  const { observation, recommendations, coverage, interrupted } = input;
  const unjudged = coverage.rules.cannotJudge;
  return [
    ...(interrupted ? ["Interrupted: this is what was seen until then."] : []),
    `${findingCounts(recommendations, unjudged > 0)}.`,
    `${readText(input)}.`,
    ...largestGroups(observation.targets),
    ...(unjudged > 0 ? [`${formatCount(unjudged)} ${plural(unjudged, "check")} could not be judged.`] : []),
  ].join(" ");
}

function readText({ observation: { targets }, durationMs }: KeyspaceSummaryInput): string {
  const scans = targets.flatMap(({ keyspace }) => (keyspace?.scan?.ok === true ? keyspace.scan.value.nodes : []));
  const [only] = targets;
  const where = targets.length === 1 && only !== undefined ? only.target.name : `${targets.length} targets`;
  if (scans.length === 0) return `No keys were read in ${where}`;
  // The nodes of one target are read at the same time; targets wait for each other.
  const seconds = targets.length === 1 ? Math.max(...scans.map((scan) => scan.seconds)) : durationMs / 1_000;
  const seen = scans.reduce((sum, { seenKeys }) => sum + seenKeys, 0);
  const rate = seconds > 0 && seen > 0 ? ` (${formatCount(Math.round(seen / seconds))} keys/s)` : "";
  return `${amountText(targets, scans)} in ${nodesText(scans)} of ${where}; scanned in ${formatDuration(seconds)}${rate}`;
}

/** `1,000,000 keys, 412 MB`; what was only estimated, seen in part or asked for in part says so. */
function amountText(targets: readonly ObservedTarget[], scans: readonly NodeScan[]): string {
  const totals = targets.flatMap(({ keyspace }) => (keyspace?.keyTotals?.ok === true ? keyspace.keyTotals.value : []));
  const isEstimated = totals.some((total) => total.keys.plusMinus > 0);
  // A sample measures few keys, and counts all.
  const keys = isEstimated
    ? scans.reduce((sum, { seenKeys }) => sum + seenKeys, 0)
    : totals.reduce((sum, total) => sum + total.keys.value, 0);
  const bytes = totals.map((total) => total.bytes?.value ?? null);
  const known = bytes.filter((value) => value !== null);
  const isWhole = totals.length === targets.length && known.length === totals.length && totals.length > 0;
  const size = isWhole
    ? `, ${isEstimated ? "about " : ""}${formatSize(known.reduce((sum, value) => sum + value, 0))}`
    : "";
  const expected = scans.map(({ expectedKeys }) => expectedKeys ?? Infinity).reduce((sum, count) => sum + count, 0);
  const isPart = scans.some(({ gap }) => gap !== null) || targets.some(isNarrowed);
  const of = isPart && Number.isFinite(expected) && expected > keys ? ` of ${formatCount(expected)}` : "";
  return `${formatCount(keys)}${of} ${of === "" ? plural(keys, "key") : "keys"}${size}`;
}

function isNarrowed({ keyspace }: ObservedTarget): boolean {
  return keyspace?.scan?.ok === true && (keyspace.scan.value.match !== null || keyspace.scan.value.type !== null);
}

function nodesText(scans: readonly NodeScan[]): string {
  const roles = [...new Set(scans.map(({ role }) => role))];
  const word = roles.length === 1 && roles[0] !== "unknown" ? roles[0] : undefined;
  return `${formatCount(scans.length)} ${nodeWords(word ?? "node", scans.length)}`;
}

function nodeWords(word: string, count: number): string {
  return word === "primary" && count !== 1 ? "primaries" : plural(count, word);
}

function largestGroups(targets: readonly ObservedTarget[]): string[] {
  const [only] = targets;
  const groups = only?.keyspace?.keyGroups;
  // Shares are of one target: between several they cannot be compared.
  if (targets.length !== 1 || groups?.ok !== true) return [];
  const named = groups.value.groups
    .filter(({ sharePercent }) => sharePercent >= namedFromPercent)
    .slice(0, namedGroups);
  if (named.length === 0) return [];
  const what = named.every(({ bytes }) => bytes === null) ? "Most keys" : "Most memory";
  return [
    `${what}: ${named.map((group) => `${truncate(group.pattern, namedWidth)} ${Math.round(group.sharePercent)} %`).join(", ")}.`,
  ];
}
