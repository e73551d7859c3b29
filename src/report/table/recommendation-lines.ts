import type { Report } from "../../model/report.js";
import { displayWidth, truncate } from "../display-width.js";
import { compareAddresses } from "../../model/node.js";
import { evidenceLines } from "./evidence-lines.js";
import { targetPrefix } from "./target-prefix.js";
import { joinTargets, type JoinedRecommendation } from "./join-targets.js";
import type { Palette } from "./palette.js";
import { wrapText } from "./wrap-text.js";

const shownCommands = 3;
const mostTargets = 3;

/** WHAT TO DO: each finding above `info`, most urgent first, with what it rests on and what to run. */
export function todoLines(report: Report, width: number, palette: Palette): string[] {
  const todo = joinTargets(report.recommendations.filter(({ priority }) => priority !== "info"));
  if (todo.length === 0) return [];
  const several = report.targets.length > 1;
  // All texts begin in one column, also where the numbers have two digits.
  const indent = " ".repeat(String(todo.length).length + 2);
  const items = todo.flatMap((item, index) => [
    "",
    ...todoItem(item, `${index + 1}.`.padStart(indent.length - 1), indent, several, width, palette),
  ]);
  return ["", palette.heading("WHAT TO DO"), ...items];
}

/** ALSO NOTED: a line for each finding that asks for nothing now. */
export function infoLines(report: Report, width: number, palette: Palette): string[] {
  const noted = joinTargets(report.recommendations.filter(({ priority }) => priority === "info"));
  if (noted.length === 0) return [];
  const several = report.targets.length > 1;
  return ["", palette.heading("ALSO NOTED"), ...noted.map((item) => infoLine(item, several, width))];
}

function todoItem(
  item: JoinedRecommendation,
  number: string,
  indent: string,
  several: boolean,
  width: number,
  palette: Palette,
): string[] {
  const word = item.priority.toUpperCase();
  const [first = "", ...rest] = wrapText(item.issue, width, `${number} ${word}  `, indent);
  const paint = palette.priority(item.priority);
  const doubt = item.confidence === "high" ? "" : `, ${item.confidence} confidence`;
  return [
    first.replace(word, () => paint(word)),
    ...rest,
    ...wrapText(`${places(item, several, 3)} [${item.ruleId}${doubt}]`, width, indent).map((line) =>
      palette.faint(line),
    ),
    ...evidenceLines(item.evidence, width - indent.length).map((line) => indent + line),
    ...wrapText(item.action, width, `${indent}> `, `${indent}  `),
    ...commandLines(item.commands, indent, palette),
  ];
}

/** A command is never broken: it must survive being copied. */
function commandLines(commands: readonly string[], indent: string, palette: Palette): string[] {
  const hidden = commands.length - shownCommands;
  return [
    ...commands.slice(0, shownCommands).map((line) => `${indent}$ ${palette.command(line)}`),
    ...(hidden > 0 ? [palette.faint(`${indent}+${hidden} more in --json`)] : []),
  ];
}

function infoLine(item: JoinedRecommendation, several: boolean, width: number): string {
  const long = `- ${item.issue}: ${places(item, several, 3)}`;
  const short = item.nodes.length > 1 ? `- ${item.issue}: ${item.nodes.length} nodes` : long;
  return truncate(displayWidth(long) <= width ? long : short, width);
}

/** The first nodes by name and how many more; the targets' names where the report has several. */
function places({ places: all, target }: JoinedRecommendation, several: boolean, most: number): string {
  const shown = all.slice(0, mostTargets).map((place) => targetPrefix(several, place) + names(place.nodes, most));
  const more = all.length > mostTargets ? [`${all.length - mostTargets} more targets`] : [];
  return [...shown, ...more].join("; ") || target;
}

function names(nodes: readonly string[], most: number): string {
  const more = nodes.length > most ? ` and ${nodes.length - most} more` : "";
  return nodes.toSorted(compareAddresses).slice(0, most).join(", ") + more;
}
