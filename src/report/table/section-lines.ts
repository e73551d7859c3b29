import type { Section, SectionCell, SectionColumn } from "../../model/report.js";
import { formatValue } from "../format-value.js";
import { gridLines } from "./grid.js";
import type { Palette } from "./palette.js";
import { wrapText } from "./wrap-text.js";

/** A verb's own result under its title: a table with its cells by unit, or text. */
export function sectionLines(section: Section, width: number, palette: Palette): string[] {
  const body = section.kind === "text" ? textLines(section.lines, width) : tableLines(section, width, palette);
  return ["", palette.heading(section.title), ...body];
}

/** Every column of a verb's own table stays: the verb chose them, so cells are wrapped and no column is dropped. */
function tableLines({ columns, rows }: Extract<Section, { kind: "table" }>, width: number, palette: Palette): string[] {
  if (rows.length === 0) return ["none"];
  const grid = columns.map((column) => ({
    label: column.label,
    align: column.unit === "text" ? ("left" as const) : ("right" as const),
    importance: null,
    cells: rows.map((row) => cellText(row[column.key] ?? null, column)),
  }));
  return gridLines(grid, width, palette.faint, "wrap");
}

function cellText(cell: SectionCell, { unit }: SectionColumn): string {
  return cell === null ? "-" : formatValue(cell, unit);
}

/** Keeps a line's own indentation under itself. A line that begins with `$` is a command and is not broken. */
function textLines(lines: readonly string[], width: number): string[] {
  return lines.flatMap((line) => {
    const indent = /^ */.exec(line)?.[0] ?? "";
    const text = line.slice(indent.length);
    return text.startsWith("$ ") ? [line] : wrapText(text, width, indent);
  });
}
