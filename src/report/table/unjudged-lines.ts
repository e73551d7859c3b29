import { comparePriority } from "../../model/finding.js";
import type { Report, UnjudgedRule } from "../../model/report.js";
import { explainServerError } from "../../model/server-errors.js";
import { formatCount } from "../format-value.js";
import type { Palette } from "./palette.js";
import { targetPrefix } from "./target-prefix.js";
import { wrapText } from "./wrap-text.js";

/** More entries than this are counted only: the section says how blind the run was, the JSON says every detail. */
const mostEntries = 12;

/** COULD NOT JUDGE: an entry for each node that did not answer, then the other reasons, each with its rules. */
export function unjudgedLines(report: Report, width: number, palette: Palette): string[] {
  const several = report.targets.length > 1;
  const told = new Set<string>();
  const entries = [
    ...report.coverage.nodes.unreachable.map(({ target, node, reason }) =>
      wrapText(
        `${targetPrefix(several, { target, nodes: [node] })}${node} did not answer: ${reason}`,
        width,
        "- ",
        "  ",
      ),
    ),
    ...byReason(beyondUnreachable(report)).map((rules) => [
      ...reasonLines(rules, several, width),
      ...remedyLines(rules[0]?.reason ?? "", told, width),
    ]),
  ];
  if (entries.length === 0) return [];
  const hidden = entries.length - mostEntries;
  const more = hidden > 0 ? [palette.faint(`+${hidden} more in --json`)] : [];
  return ["", palette.heading("COULD NOT JUDGE"), ...entries.slice(0, mostEntries).flat(), ...more];
}

/** Without the nodes that did not answer: their seventy rules are one line already. */
function beyondUnreachable({ coverage }: Report): UnjudgedRule[] {
  const silent = new Set(coverage.nodes.unreachable.map(({ target, node }) => JSON.stringify([target, node])));
  return coverage.cannotJudge.flatMap((rule) => {
    const nodes = rule.nodes.filter((node) => !silent.has(JSON.stringify([rule.target, node])));
    return nodes.length === 0 && rule.nodes.length > 0 ? [] : [{ ...rule, nodes }];
  });
}

function byReason(rules: readonly UnjudgedRule[]): UnjudgedRule[][] {
  const groups = new Map<string, UnjudgedRule[]>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.target, rule.reason, rule.nodes]);
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups.values()];
}

function reasonLines(rules: readonly UnjudgedRule[], several: boolean, width: number): string[] {
  const [first] = rules;
  if (first === undefined) return [];
  const shown = rules.slice(0, 3).map(({ ruleId }) => ruleId);
  const more = rules.length > 3 ? ` and ${formatCount(rules.length - 3)} more rules` : "";
  const worst = rules
    .map(({ worstCase }) => worstCase)
    .toSorted(comparePriority)
    .at(-1);
  const text = `${place(first, several)}: ${first.reason}. Unjudged, at worst ${worst}: ${shown.join(", ")}${more}`;
  return wrapText(text, width, "- ", "  ");
}

/** What helps against the server's own refusal, once for each. */
function remedyLines(reason: string, told: Set<string>, width: number): string[] {
  const resolution = explainServerError(reason)?.resolution;
  if (resolution === undefined || told.has(resolution)) return [];
  told.add(resolution);
  return wrapText(resolution, width, "  > ", "    ");
}

function place({ target, nodes }: UnjudgedRule, several: boolean): string {
  const more = nodes.length > 3 ? ` and ${nodes.length - 3} more` : "";
  const shown = nodes.slice(0, 3).join(", ");
  return nodes.length === 0 ? target : `${targetPrefix(several, { target, nodes })}${shown}${more}`;
}
