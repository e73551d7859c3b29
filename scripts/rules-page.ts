import { allRules } from "../src/analyze/rules/index.js";
import type { Rule } from "../src/analyze/rule.js";

/** docs/rules.md: every rule with what it reports, why there, and the thresholds that a profile may change. */
export function rulesPage(): string {
  const categories = [...new Set(allRules.map((rule) => rule.category))].sort();
  const sections = categories.map((category) => {
    const rules = allRules.filter((rule) => rule.category === category);
    return `## ${category}\n\n${rules.map(ruleSection).join("\n")}`;
  });
  return `# Rules

Generated from src/analyze/rules by \`npm run generate\`. \`cachectl explain <rule-id>\` prints the same at a terminal.
A threshold is changed, and a rule ignored, in the profile (docs/profiles.md).

${sections.join("\n")}`;
}

const judged: Record<Rule["scope"], string> = {
  node: "each node",
  target: "all nodes of a target together",
  keyspace: "all keys of a target, in `cachectl bigkeys`",
};

function ruleSection(rule: Rule): string {
  const thresholds = Object.entries(rule.thresholds ?? {});
  const lines = [
    `### ${rule.id}`,
    "",
    `${rule.issue}. ${rule.reason}`,
    "",
    `- reports: ${rule.priorities.join(", ")}`,
    `- judges: ${judged[rule.scope]} (${rule.families.join(", ")})`,
    `- needs: ${rule.needs.join(", ")}`,
    `- source: ${rule.source}`,
    ...thresholds.map(([name, { default: value, unit }]) => `- threshold \`${name}\`: ${value} (${unit})`),
  ];
  return `${lines.join("\n")}\n`;
}
