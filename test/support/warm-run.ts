import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../../src/model/report.js";
import { rowsOf, validReport } from "./bigkeys-run.js";
import { runCli, type CliRun } from "./run-cli.js";
import { temporaryDirectory } from "./servers/index.js";

/** Other tests on the same machine must not slow a run down where that is not the matter. */
export const calm = ["--max-latency", "10s"];

export interface WarmFiles {
  manifest: string;
  data: string;
  checkpoint: string;
  path: (name: string) => string;
}

/** A directory with `rows` as NDJSON and a manifest of `map`. */
export async function warmFiles(rows: readonly object[], map: string[], source?: string): Promise<WarmFiles> {
  const directory = await temporaryDirectory();
  const path = (name: string) => join(directory, name);
  await writeFile(path("rows.ndjson"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const lines = [`source: ${source ?? "{ kind: file, path: rows.ndjson }"}`, "map:", ...map.map((line) => `  ${line}`)];
  await writeFile(path("warm.yaml"), `${lines.join("\n")}\n`);
  return { manifest: path("warm.yaml"), data: path("rows.ndjson"), checkpoint: path("checkpoint.json"), path };
}

/** `{ id, name }`, about 100 bytes each. */
export function users(count: number): { id: number; name: string }[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: `user ${id} ${"x".repeat(60)}` }));
}

export const userMap = ['key: "user:{id}"', "ttl: 1h"];

/** Runs the built `cachectl warm … --json`; its report has to fit the published schema, whatever the exit code. */
export async function runWarm(args: string[], env: Record<string, string> = {}): Promise<CliRun & { report: Report }> {
  const run = await runCli(["warm", ...args, ...calm, "--json"], { env });
  if (run.stdout === "") throw new Error(`no report, exit code ${run.code ?? "none"}: ${run.stderr}`);
  return { ...run, report: validReport(run.stdout) };
}

/** A figure of the report's section. */
export function figure(report: Report, what: string): number {
  const value = rowsOf(report, "warm").find((row) => row["what"] === what)?.["value"];
  if (typeof value !== "number") throw new Error(`the report has no number "${what}": ${report.summary}`);
  return value;
}
