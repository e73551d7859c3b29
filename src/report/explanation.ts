import type { EvidenceUnit } from "../model/finding.js";
import type { Section } from "../model/report.js";
import type { ServerErrorExplanation } from "../model/server-errors.js";
import { formatValue } from "./format-value.js";

/** What `explain` needs of a rule: its description, without the code that judges. */
export interface RuleExplanation {
  id: string;
  category: string;
  issue: string;
  reason: string;
  source: string;
  /** Ascending. */
  priorities: readonly string[];
  thresholds?: Readonly<Record<string, { default: number; unit: EvidenceUnit }>>;
  needs: readonly string[];
  /** `keyspace`: judged by a pass over the keys. */
  scope?: "node" | "target" | "keyspace";
}

/** The text of `cachectl explain`, for an error that a server or the network gave or for a rule. */
export function explanationSection(subject: ServerErrorExplanation | RuleExplanation): Section {
  return "code" in subject ? errorSection(subject) : ruleSection(subject);
}

function errorSection({ code, cause, resolution, commands }: ServerErrorExplanation): Section {
  return {
    kind: "text",
    id: "explanation",
    title: code,
    lines: [cause, "", `What to do: ${resolution}`, ...commands.map((command) => `  $ ${command}`)],
  };
}

function ruleSection(rule: RuleExplanation): Section {
  const thresholds = Object.entries(rule.thresholds ?? {}).map(
    ([name, { default: value, unit }]) => `  ${name}: ${formatValue(value, unit)}`,
  );
  return {
    kind: "text",
    id: "explanation",
    title: rule.id,
    lines: [
      `${rule.issue}.`,
      "",
      `Why: ${rule.reason}`,
      `Source: ${rule.source}`,
      `Category: ${rule.category}`,
      `Reports: ${rule.priorities.join(", ")}`,
      `Looks at: ${rule.needs.join(", ")}`,
      ...(rule.scope === "keyspace" ? ["Judged by: cachectl bigkeys, which reads every key; analyze reads none"] : []),
      ...(thresholds.length > 0
        ? [`Thresholds, which a profile may change under thresholds.${rule.id}:`, ...thresholds]
        : []),
    ],
  };
}
