import Table from "cli-table3";
import { displayWidth, truncate } from "../display-width.js";
import { wrapText } from "./wrap-text.js";

export interface GridColumn {
  label: string;
  align: "left" | "right";
  /** The column with the lowest goes first when the width is too small; `null` stays whatever happens. */
  importance: number | null;
  /** Printable text without colour codes. */
  cells: string[];
  /** Colours a cell after its width has been measured. */
  paint?: (cell: string) => string;
}

const gap = 2;
const narrowest = 8;

/** What happens to the widest cells when the columns that stay are too wide. */
export type Fit = "cut" | "wrap";

/**
 * Columns side by side without borders, a header above them. Drops columns by importance until the rest fits into `width`,
 * then cuts or wraps the widest cells. Returns lines.
 */
export function gridLines(
  columns: readonly GridColumn[],
  width: number,
  heading: (text: string) => string,
  fit: Fit = "cut",
): string[] {
  const shown = shrinkToFit(dropToFit(columns, width), width, fit);
  const rowCount = Math.max(0, ...shown.map(({ cells }) => cells.length));
  const table = new Table({
    head: shown.map(({ label }) => heading(label)),
    colAligns: shown.map(({ align }) => align),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
    chars: borderless,
  });
  for (let row = 0; row < rowCount; row += 1)
    table.push(shown.map(({ cells, paint = (text: string) => text }) => paint(cells[row] ?? "")));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

const borderless = {
  ...Object.fromEntries(
    ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right", "left"].map(
      (name) => [name, ""],
    ),
  ),
  ...Object.fromEntries(["left-mid", "mid", "mid-mid", "right", "right-mid"].map((name) => [name, ""])),
  middle: " ".repeat(gap),
};

function dropToFit(columns: readonly GridColumn[], width: number): readonly GridColumn[] {
  if (totalWidth(columns) <= width) return columns;
  const droppable = columns.filter(({ importance }) => importance !== null);
  const least = droppable.toSorted((a, b) => (a.importance ?? 0) - (b.importance ?? 0))[0];
  return least === undefined
    ? columns
    : dropToFit(
        columns.filter((column) => column !== least),
        width,
      );
}

/** The widths are settled first: a cell that is wrapped twice would be broken within its words. */
function shrinkToFit(columns: readonly GridColumn[], width: number, fit: Fit): GridColumn[] {
  const widths = columns.map(columnWidth);
  let excess = totalWidth(columns) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    // The last of the widest: the columns before it tell the rows apart.
    widths[widths.lastIndexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return columns.map((column, index) => narrowed(column, widths[index] ?? narrowest, fit));
}

function narrowed(column: GridColumn, width: number, fit: Fit): GridColumn {
  if (columnWidth(column) <= width) return column;
  const wrapped = (cell: string) => cell.split("\n").flatMap((line) => wrapText(line, width));
  const cells = column.cells.map((cell) => (fit === "cut" ? truncate(cell, width) : wrapped(cell).join("\n")));
  return { ...column, label: truncate(column.label, width), cells };
}

function totalWidth(columns: readonly GridColumn[]): number {
  return columns.reduce((sum, column) => sum + columnWidth(column), gap * Math.max(0, columns.length - 1));
}

function columnWidth({ label, cells }: GridColumn): number {
  return Math.max(displayWidth(label), ...cells.flatMap((cell) => cell.split("\n").map(displayWidth)));
}
