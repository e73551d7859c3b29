import type { Report, Section, TableSection } from "../model/report.js";
import type { ReportFormat } from "./formats.js";
import { renderNagios } from "./nagios.js";
import { printableJson } from "./printable.js";
import { renderTable } from "./table/render-table.js";

export interface RenderOptions {
  format: ReportFormat;
  /** Columns of the terminal. Only the table looks at it; commands may exceed it. */
  width: number;
  color: boolean;
}

/** The report as text that ends in a newline. Whatever a server calls its keys, the text holds no terminal control. */
export function renderReport(report: Report, { format, width, color }: RenderOptions): string {
  switch (format) {
    case "table":
      return renderTable(report, { width, color });
    case "json":
      return `${printableJson(JSON.stringify(report, null, 2))}\n`;
    case "ndjson":
      return renderLines(report);
    case "nagios":
      return renderNagios(report);
  }
}

/** A JSON object a line, told apart by `type`: the summary, then recommendations, nodes and the rows of sections. */
function renderLines({ targets, recommendations, sections, ...summary }: Report): string {
  const nodes = targets.flatMap(({ name, nodes }) => nodes.map((node) => ({ target: name, ...node })));
  return [
    ...typed("summary", [summary]),
    ...typed("recommendation", recommendations),
    ...typed("node", nodes),
    ...sections.flatMap(sectionLines),
  ].join("");
}

function sectionLines(section: Section): string[] {
  if (section.kind === "text") return typed("text", [{ section: section.id, lines: section.lines }]);
  return typed(
    "row",
    section.rows.map((cells) => ({ section: section.id, ...withTarget(section), cells })),
  );
}

function withTarget({ target }: TableSection): { target?: string } {
  return target === undefined ? {} : { target };
}

function typed(type: string, objects: readonly object[]): string[] {
  return objects.map((object) => `${printableJson(JSON.stringify({ type, ...object }))}\n`);
}
