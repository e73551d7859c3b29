import { resolve } from "node:path";
import type { WarmCounts } from "../../apply/warm/page-ledger.js";
import { writeWhole } from "../../collect/write-whole.js";
import { CachectlError } from "../../model/errors.js";
import type { Report } from "../../model/report.js";
import { prometheusText } from "../../report/warm/prometheus-text.js";
import type { Context } from "../context.js";
import type { WarmOptions } from "./warm-options.js";

interface Run {
  name: string;
  target: string;
  report: Report;
  counts: WarmCounts;
}

/** What others watch a cron job by: metrics after every run, the heartbeat only after one that was complete. @throws CachectlError */
export async function writeRunFiles(
  { cwd, clock }: Pick<Context, "cwd" | "clock">,
  { heartbeatFile, prometheusFile }: WarmOptions,
  { name, target, report, counts }: Run,
): Promise<void> {
  const success = report.change?.complete === true;
  const endedAt = Math.round(clock.now() / 1_000);
  if (prometheusFile !== null) {
    const text = prometheusText({ name, target, success, counts, durationSeconds: report.durationMs / 1_000, endedAt });
    // node_exporter runs as another user.
    await write(resolve(cwd, prometheusFile), text, "--prometheus-file");
  }
  if (heartbeatFile !== null && success)
    await write(resolve(cwd, heartbeatFile), `${new Date(endedAt * 1_000).toISOString()}\n`, "--heartbeat-file");
}

async function write(path: string, text: string, flag: string): Promise<void> {
  try {
    await writeWhole(path, text, 0o644);
  } catch (error) {
    throw new CachectlError(
      "change",
      "run-file-not-written",
      `the warm-up is done, but ${path} cannot be written: ${(error as Error).message}`,
      `Give ${flag} a path in a directory that exists and that you may write to.`,
      error,
    );
  }
}
