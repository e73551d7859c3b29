import type { Section, SectionCell, SectionColumn, TableSection } from "../../model/report.js";
import { displayWidth } from "../display-width.js";
import { formatValue } from "../format-value.js";
import { gridLines } from "./grid.js";
import type { Palette } from "./palette.js";
import { wrapText } from "./wrap-text.js";

/** A verb's own result under its title: a table with its cells by unit, or text. */
export function sectionLines(section: Section, width: number, palette: Palette): string[] {
  if (section.kind === "table" && section.shownRows === 0) return [];
  const body = section.kind === "text" ? textLines(section.lines, width) : tableLines(section, width, palette);
  return ["", palette.heading(section.title), ...body];
}

/** Cells are wrapped, and a column is dropped only where the verb says how important it is. */
function tableLines({ columns, rows, shownRows }: TableSection, width: number, palette: Palette): string[] {
  if (rows.length === 0) return ["none"];
  const shown = rows.slice(0, shownRows);
  const told = columns.filter(
    ({ key, importance }) => importance === undefined || (importance > 0 && shown.some((row) => isTold(row[key]))),
  );
  // One very long name must not cost the columns beside it.
  const widest = told.some(({ importance }) => importance !== undefined) ? Math.floor(width * 0.45) : Infinity;
  const grid = told.map((column) => ({
    label: column.label,
    align: column.unit === "text" ? ("left" as const) : ("right" as const),
    importance: column.importance ?? null,
    cells: shown.map((row) => broken(cellText(row[column.key] ?? null, column), widest)),
  }));
  const hidden = rows.length - shown.length;
  const more = hidden > 0 ? [palette.faint(`+${hidden} more in --json`)] : [];
  return [...gridLines(grid, width, palette.faint, "wrap"), ...more];
}

function isTold(cell: SectionCell | undefined): boolean {
  return cell !== undefined && cell !== null;
}

/** A cell that fits stays as it is, with every space of a key's name. */
function broken(cell: string, width: number): string {
  return displayWidth(cell) <= width ? cell : wrapText(cell, width).join("\n");
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
