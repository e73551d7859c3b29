import type { EvidenceUnit } from "../../model/finding.js";
import type { Figure } from "../../model/keyspace.js";
import type { Section, SectionCell, SectionColumn } from "../../model/report.js";

/** Which target a section is about, and whether the report has others. */
export interface SectionPlace {
  target: string;
  several: boolean;
}

export interface TableColumn<R> extends SectionColumn {
  of: (row: R) => SectionCell;
}

export interface TableContent<R> {
  /** Part of the JSON contract. */
  id: string;
  title: string;
  columns: TableColumn<R>[];
  rows: readonly R[];
  shownRows?: number | undefined;
}

/** The section, or nothing where there is no row. */
export function tableSection<R>(
  { target, several }: SectionPlace,
  { id, title, columns, rows, shownRows }: TableContent<R>,
): Section[] {
  if (rows.length === 0) return [];
  return [
    {
      kind: "table",
      id,
      title: several ? `${title} (${target})` : title,
      target,
      columns: columns.map(plain),
      rows: rows.map((row) => Object.fromEntries(columns.map(({ key, of }) => [key, of(row)]))),
      ...(shownRows === undefined ? {} : { shownRows }),
    },
  ];
}

/** @param importance null: the column stays on the narrowest terminal */
export function column<R>(
  key: string,
  label: string,
  unit: EvidenceUnit,
  importance: number | null,
  of: (row: R) => SectionCell,
): TableColumn<R> {
  return { key, label, unit, ...(importance === null ? {} : { importance }), of };
}

/** A figure's column, and beside it, where one is estimated, the half-width of its 95 % interval. */
export function figureColumns<R>(
  rows: readonly R[],
  key: string,
  label: string,
  unit: EvidenceUnit,
  importance: number,
  of: (row: R) => Figure | null,
): TableColumn<R>[] {
  const isEstimated = rows.some((row) => (of(row)?.plusMinus ?? 0) > 0);
  return [
    column(key, label, unit, importance, (row) => of(row)?.value ?? null),
    ...(isEstimated
      ? [column<R>(`${key}PlusMinus`, "± 95 %", unit, importance, (row) => of(row)?.plusMinus ?? null)]
      : []),
  ];
}

function plain<R>({ key, label, unit, importance }: TableColumn<R>): SectionColumn {
  return { key, label, unit, ...(importance === undefined ? {} : { importance }) };
}
