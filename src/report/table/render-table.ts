import type { Report } from "../../model/report.js";
import { heldBytes } from "../held-bytes.js";
import { withPrintableStrings } from "../printable.js";
import { verdictOf } from "../verdict.js";
import { changeLines } from "./change-lines.js";
import { nodeLines } from "./node-lines.js";
import { paletteOf, type Palette } from "./palette.js";
import { infoLines, todoLines } from "./recommendation-lines.js";
import { sectionLines } from "./section-lines.js";
import { totalText } from "./total-text.js";
import { unjudgedLines } from "./unjudged-lines.js";
import { wrapText } from "./wrap-text.js";

const narrowest = 40;

/**
 * The report for a human: the verdict first, then what to do in order of urgency, then what could not be seen, and only
 * then the numbers, so that nobody has to scroll to learn how bad it is.
 */
export function renderTable(raw: Report, options: { width: number; color: boolean }): string {
  // Made safe here, once, so that nothing below has to think of it.
  const report = withPrintableStrings(raw);
  const width = Math.max(narrowest, options.width);
  const palette = paletteOf(options.color);
  const lines = [
    ...verdictLines(report, width, palette),
    ...changeLines(report, width, palette),
    ...todoLines(report, width, palette),
    ...infoLines(report, width, palette),
    ...report.sections.flatMap((section) => sectionLines(section, width, palette)),
    ...unjudgedLines(report, width, palette),
    // The topology has a row for each node already.
    ...(report.sections.some(({ id }) => id === "topology") ? [] : nodeLines(report, width, palette)),
    ...totalLines(report, width),
    ...noteLines(report, width, palette),
  ];
  return `${lines.join("\n")}\n`;
}

function verdictLines(report: Report, width: number, palette: Palette): string[] {
  const verdict = verdictOf(report);
  const lead = `${verdict}  `;
  const [first = "", ...rest] = wrapText(report.summary, width, lead, " ".repeat(lead.length));
  return [palette.verdict(verdict)(verdict) + first.slice(verdict.length), ...rest];
}

/** Only where several rows add up: for one node the row says it. */
function totalLines(report: Report, width: number): string[] {
  const { metrics, targets } = report;
  const nodeCount = targets.reduce((count, { nodes }) => count + nodes.length, 0);
  return metrics === null || nodeCount < 2 ? [] : wrapText(totalText(metrics, heldBytes(report)), width, "", "  ");
}

function noteLines({ notes, coverage }: Report, width: number, palette: Palette): string[] {
  const ignored = coverage.ignored.map(({ ruleId, target, reason }) => `${ruleId} is ignored on ${target}: ${reason}`);
  const lines = [...notes, ...ignored].flatMap((note) => wrapText(note, width, "- ", "  "));
  return lines.length === 0 ? [] : ["", palette.heading("NOTES"), ...lines];
}
