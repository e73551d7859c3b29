import { CachectlError } from "../../model/errors.js";
import type { WarmItem } from "../../model/warm-manifest.js";
import type { RejectedRow, ResumePoint, SourcePage, WarmSource } from "../../model/warm-source.js";
import type { CacheWriter } from "./cache-writer.js";
import { portionsOf, type PortionSize } from "./portions.js";
import { addCounts, noCounts, PageLedger, type WarmCounts } from "./page-ledger.js";

/** Why a run ended before the source did. */
export interface WarmStop {
  kind:
    "interrupted" | "deadline" | "target-full" | "lock-lost" | "refused" | "too-many-errors" | "source-failed" | "file";
  /** A sentence without a full stop. */
  reason: string;
  /** The next step, as a sentence. */
  hint: string;
}

export interface WarmRun {
  source: WarmSource;
  from: ResumePoint;
  writer: CacheWriter;
  /** One row as an item, or why there is none. */
  map(row: SourcePage["rows"][number], json: string | undefined): WarmItem | { reason: string; expired: boolean };
  /** The most items to send at once: under a cap they go out evenly, and not a page at a time. */
  mostAtOnce: number;
  /** Before a portion is sent: waits as long as the target and the caps want. Gives what ends the run, if anything. */
  admit(portion: PortionSize): Promise<WarmStop | null>;
  /** An admitted portion has its answers, or will get none. */
  landed(portion: PortionSize): void;
  /** Rows and items that could not be written, for `--rejects`. @throws CachectlError where the file cannot be written */
  reject(rows: readonly RejectedRow[]): Promise<void>;
  /** After each page, with everything until then. */
  onPage(counts: WarmCounts, resumeAt: ResumePoint): Promise<void>;
  /** Rejected and failed rows that are put up with. */
  maxErrors: number;
  /** Aborts, with a {@link WarmStop} as its reason, when the run is to end: what is under way is finished. */
  ending: AbortSignal;
  /** Some of the items that were written, for a look afterwards. */
  sample(items: readonly WarmItem[]): void;
}

export interface WarmResult {
  counts: WarmCounts;
  /** Null: all of the source was taken care of. */
  stop: WarmStop | null;
  resumeAt: ResumePoint;
}

/** So many pages are under way: one is read while others are sent and answered. It bounds the memory of a run. */
const pagesAtOnce = 3;

/** Carries rows from the source to the target, a page at a time, no faster than the target takes them. */
export async function runWarm(run: WarmRun): Promise<WarmResult> {
  return new Running(run).run();
}

class Running {
  readonly #counts = noCounts();
  readonly #ledger: PageLedger;
  readonly #underWay = new Set<Promise<void>>();
  readonly #reading = new AbortController();
  #stop: WarmStop | null = null;
  #defect: Error | null = null;

  constructor(private readonly warm: WarmRun) {
    this.#ledger = new PageLedger(warm.from);
  }

  async run(): Promise<WarmResult> {
    const { source, from, ending } = this.warm;
    const onEnding = () => this.end(ending.reason as WarmStop);
    if (ending.aborted) onEnding();
    ending.addEventListener("abort", onEnding, { once: true });
    try {
      for await (const page of source.pages(from, this.#reading.signal)) {
        if (!(await this.take(page))) break;
      }
    } catch (error) {
      // What a source says to being cut off is no news.
      if (this.#stop === null && this.#defect === null && !(error instanceof CachectlError)) throw error;
      if (error instanceof CachectlError) this.end({ kind: "source-failed", reason: error.message, hint: error.hint });
    } finally {
      await Promise.all(this.#underWay);
      ending.removeEventListener("abort", onEnding);
    }
    if (this.#defect !== null) throw this.#defect;
    return { counts: this.#counts, stop: this.#stop, resumeAt: this.#ledger.resumeAt };
  }

  /** False: take no more. */
  private async take(page: SourcePage): Promise<boolean> {
    const counts = noCounts();
    const { items, places, rejected } = this.mapped(page, counts);
    const ledger = this.#ledger.begin(page.resumeAt);
    const portions = portionsOf(items, this.warm.mostAtOnce);
    let open = portions.length;
    const portionDone = () => (--open === 0 ? ledger() : undefined);
    for (const { from, to, size } of portions) {
      const portion = items.slice(from, to);
      const stop = this.#stop ?? (await this.warm.admit(size));
      if (stop !== null) this.end(stop);
      if (this.hasStopped()) return false;
      const own = from === 0 ? { rejected, counts } : { rejected: [], counts: noCounts() };
      // A row counts as read when something is done about it: what a stop leaves behind is not.
      own.counts.read = portion.length + own.counts.rejected + own.counts.expired;
      await this.start(portion, size, (index) => places(from + index), own, portionDone);
    }
    return !this.hasStopped();
  }

  private async start(
    items: readonly WarmItem[],
    size: PortionSize,
    placeOf: (index: number) => string,
    { rejected, counts }: { rejected: readonly RejectedRow[]; counts: WarmCounts },
    done: () => void,
  ): Promise<void> {
    const task = this.write(items, placeOf, rejected, counts)
      .then((whole) => (whole ? done() : undefined))
      .then(() => this.warm.onPage(this.#counts, this.#ledger.resumeAt))
      .catch((error: unknown) => this.failed(error))
      .finally(() => {
        this.#underWay.delete(task);
        this.warm.landed(size);
      });
    this.#underWay.add(task);
    if (this.#underWay.size >= pagesAtOnce) await Promise.race(this.#underWay);
  }

  /** A method, because it changes while something is awaited. */
  private hasStopped(): boolean {
    return this.#stop !== null;
  }

  private mapped(page: SourcePage, counts: WarmCounts) {
    const { rows, rejected } = page;
    const placeOf = (index: number) => page.placeOf(index);
    const items: WarmItem[] = [];
    const places: number[] = [];
    const bad: RejectedRow[] = [...rejected];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? {};
      const item = this.warm.map(row, page.jsonOf?.(index));
      if ("key" in item) {
        items.push(item);
        places.push(index);
      } else if (item.expired) counts.expired++;
      else bad.push({ place: placeOf(index), reason: item.reason, text: excerptOf(row) });
    }
    counts.rejected = bad.length;
    return { items, places: (index: number) => placeOf(places[index] ?? 0), rejected: bad };
  }

  /** Whether every row of the page has been taken care of. */
  private async write(
    items: readonly WarmItem[],
    placeOf: (index: number) => string,
    rejected: readonly RejectedRow[],
    counts: WarmCounts,
  ): Promise<boolean> {
    const outcome = items.length === 0 ? null : await this.warm.writer.write(items);
    if (outcome !== null) {
      const { written, present, unknown, notWritten, failed } = outcome;
      Object.assign(counts, { written, present, unknown, notWritten, failed: failed.length });
      if (written === items.length) this.warm.sample(items);
    }
    addCounts(this.#counts, counts);
    if (outcome?.refusal != null)
      this.end({
        ...{ kind: "refused", reason: `the target takes no more: ${outcome.refusal}` },
        hint: "Mend what the message names (`cachectl explain` says what it means), then go on with --resume.",
      });
    const refused = (outcome?.failed ?? []).map(({ index, reason }) => {
      return { place: placeOf(index), reason: `refused by the target: ${reason}`, text: items[index]?.key ?? "" };
    });
    if (rejected.length + refused.length > 0) await this.warm.reject([...rejected, ...refused]);
    const errors = this.#counts.rejected + this.#counts.failed;
    if (errors > this.warm.maxErrors)
      this.end({
        ...{
          kind: "too-many-errors",
          reason: `${errors} ${errors === 1 ? "row" : "rows"} could not be written, more than --max-errors allows`,
        },
        hint: "Look at the reasons (--rejects FILE writes them down), mend the source or the manifest, or raise --max-errors.",
      });
    return outcome === null || outcome.unknown + outcome.notWritten === 0;
  }

  private failed(error: unknown): void {
    // Of what a page does, only writing files of its own fails like this.
    if (error instanceof CachectlError) return this.end({ kind: "file", reason: error.message, hint: error.hint });
    this.#defect ??= error instanceof Error ? error : new Error(String(error));
    this.#reading.abort(interruptedReading);
  }

  /** The first reason is the one that counts. */
  private end(stop: WarmStop): void {
    this.#stop ??= stop;
    this.#reading.abort(interruptedReading);
  }
}

const interruptedReading = new CachectlError("interrupted", "interrupted", "interrupted", "Run it again.");

function excerptOf(row: object): string {
  const text = JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
