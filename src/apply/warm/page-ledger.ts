import type { ResumePoint } from "../../model/warm-source.js";

/** What a run has done. Each row of the source is in exactly one of them. */
export interface WarmCounts {
  read: number;
  written: number;
  present: number;
  /** Their time was over before they were written. */
  expired: number;
  /** Rows that make no item. */
  rejected: number;
  failed: number;
  unknown: number;
  notWritten: number;
}

export function noCounts(): WarmCounts {
  return { read: 0, written: 0, present: 0, expired: 0, rejected: 0, failed: 0, unknown: 0, notWritten: 0 };
}

export function addCounts(total: WarmCounts, more: WarmCounts): void {
  for (const name of Object.keys(total) as (keyof WarmCounts)[]) total[name] += more[name];
}

interface Page {
  resumeAt: ResumePoint;
  done: boolean;
}

/** Pages end in any order; a run can go on behind the last one before which all are done. */
export class PageLedger {
  readonly #pages: Page[] = [];
  /** Null: nothing is done yet, or the source cannot go on in the middle. */
  resumeAt: ResumePoint;

  constructor(from: ResumePoint) {
    this.resumeAt = from;
  }

  /** A page that is begun; call the result when all of it has been taken care of. */
  begin(resumeAt: ResumePoint): () => void {
    const page: Page = { resumeAt, done: false };
    this.#pages.push(page);
    return () => {
      page.done = true;
      while (this.#pages[0]?.done === true) this.resumeAt = this.#pages.shift()?.resumeAt ?? null;
    };
  }
}
