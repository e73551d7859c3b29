import { resolve } from "node:path";
import type { WarmCounts } from "../../apply/warm/page-ledger.js";
import { checkWritable, writeWhole } from "../../collect/write-whole.js";
import { CachectlError } from "../../model/errors.js";
import type { Report } from "../../model/report.js";
import { prometheusText } from "../../report/warm/prometheus-text.js";
import type { Context } from "../context.js";
import type { WarmOptions } from "./warm-options.js";

const heartbeat = "--heartbeat-file";
const prometheus = "--prometheus-file";

interface Ended {
  success: boolean;
  durationMs: number;
  /** Null: it broke off before there were any. */
  counts: WarmCounts | null;
  /** Unix seconds. */
  endedAt: number;
}

/** What others watch a cron job by: metrics after every run, the heartbeat only after one that was complete. */
export class RunFiles {
  readonly #heartbeat: string | null;
  readonly #prometheus: string | null;
  #told = false;

  constructor(
    private readonly context: Pick<Context, "cwd" | "clock" | "progress">,
    { heartbeatFile, prometheusFile }: Pick<WarmOptions, "heartbeatFile" | "prometheusFile">,
    private readonly run: { name: string; target: string },
  ) {
    const from = (file: string | null) => (file === null ? null : resolve(context.cwd, file));
    this.#heartbeat = from(heartbeatFile);
    this.#prometheus = from(prometheusFile);
  }

  /** Before anything is written to the cache: a job that nobody can watch is not what was asked for. @throws CachectlError usage */
  async check(): Promise<void> {
    if (this.#prometheus !== null) await checkFile(this.#prometheus, prometheus);
    if (this.#heartbeat !== null) await checkFile(this.#heartbeat, heartbeat);
  }

  /** @throws CachectlError change */
  async afterRun(report: Report, counts: WarmCounts): Promise<void> {
    this.#told = true;
    const success = report.change?.complete === true;
    // Asked once: both files are to tell the same.
    const endedAt = this.nowSeconds();
    const failure = await this.writeMetrics({ success, durationMs: report.durationMs, counts, endedAt });
    if (failure !== null) throw failure;
    if (this.#heartbeat === null || !success) return;
    const text = `${new Date(endedAt * 1_000).toISOString()}\n`;
    await writeWhole(this.#heartbeat, text, 0o644).catch((error: unknown) => {
      throw notWritten(this.#heartbeat ?? "", heartbeat, error);
    });
  }

  /** A run that broke off without a report: its target was not reached, perhaps. The reason for that is what is told, whatever happens here. */
  async afterFailure(durationMs: number): Promise<void> {
    if (this.#told) return;
    const failure = await this.writeMetrics({ success: false, durationMs, counts: null, endedAt: this.nowSeconds() });
    if (failure !== null) this.context.progress.note(failure.message);
  }

  private async writeMetrics({ durationMs, ...seen }: Ended): Promise<CachectlError | null> {
    const path = this.#prometheus;
    if (path === null) return null;
    const text = prometheusText({ ...this.run, ...seen, durationSeconds: durationMs / 1_000 });
    // node_exporter runs as another user.
    return writeWhole(path, text, 0o644).then(
      () => null,
      (error: unknown) => notWritten(path, prometheus, error),
    );
  }

  private nowSeconds(): number {
    return Math.round(this.context.clock.now() / 1_000);
  }
}

async function checkFile(path: string, flag: string): Promise<void> {
  await checkWritable(path).catch((error: unknown) => {
    throw new CachectlError(
      "usage",
      "run-file-unwritable",
      `${path} cannot be written: ${(error as Error).message}; nothing was written to the cache`,
      `Give ${flag} a path in a directory that exists and that you may write to.`,
      error,
    );
  });
}

function notWritten(path: string, flag: string, error: unknown): CachectlError {
  return new CachectlError(
    "change",
    "run-file-not-written",
    `the warm-up has ended, but ${path} cannot be written: ${(error as Error).message}`,
    `Give ${flag} a path in a directory that exists and that you may write to.`,
    error,
  );
}
