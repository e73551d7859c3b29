/** One row of a source: its fields by name. */
export type SourceRow = Record<string, unknown>;

/** JSON that a source can go on from. */
export type ResumePoint = string | number | { [name: string]: ResumePoint } | ResumePoint[] | null;

/** A piece of the source that is no row. `text` is what stood there, cut to a printable length. */
export interface RejectedRow {
  place: string;
  reason: string;
  text: string;
}

export interface SourcePage {
  rows: SourceRow[];
  /** Where row `index` of this page stands: `users.ndjson line 12`; for rejects and errors. */
  placeOf(index: number): string;
  /** A row's own JSON where the source has it: a whole row is stored as it stands, since parsing loses digits of large numbers. */
  jsonOf?(index: number): string | undefined;
  /** Rows that could not be read as rows. */
  rejected: RejectedRow[];
  /** Where to go on once all rows up to and including this page are written; null: this source cannot go on in the middle. */
  resumeAt: ResumePoint;
}

/** Where the rows of a warm-up come from. Reads only; one pass. */
export interface WarmSource {
  /** Pages of bounded size, read only as fast as they are taken. Ends or throws CachectlError (a failed fetch never looks like an end). */
  pages(from: ResumePoint, signal: AbortSignal): AsyncIterable<SourcePage>;
  /** Why it cannot go on there, as a clause, since it is not what it was; null: it can. A source without this always can. */
  whyNotFrom?(point: ResumePoint): string | null;
  /** Rows in all where the source knows it cheaply; null else. */
  totalRows(): Promise<number | null>;
  /** Every row was written: what the source remembers for the next run may be kept. Not called after a run that stopped early. */
  committed?(): Promise<void>;
  close(): Promise<void>;
}
