import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type { Report, SectionCell } from "../../src/model/report.js";
import { runCli, type CliOptions, type CliRun } from "./run-cli.js";

export type Row = Record<string, SectionCell>;

interface BigkeysRun extends CliRun {
  report: Report;
}

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(await readFile(new URL("../../dist/report.schema.json", import.meta.url), "utf8")) as object,
);

/** Other tests on the same machine must not slow a scan down where that is not the matter. */
export const unhurried = ["--max-latency", "10s"];

/** CLIENT NO-TOUCH came with 7.2: before, elements are counted only where touching is allowed. */
export function touchArgs(release: string): string[] {
  return ["redis-6.0", "redis-7.0"].includes(release) ? ["--touch"] : [];
}

/** Runs the built `cachectl bigkeys … --json`; its report has to fit the published schema, whatever the exit code. */
export async function runBigkeys(args: string[], options: CliOptions = {}): Promise<BigkeysRun> {
  const run = await runCli(["bigkeys", ...args, ...unhurried, "--json"], options);
  if (run.stdout === "") throw new Error(`no report, exit code ${run.code ?? "none"}: ${run.stderr}`);
  return { ...run, report: validReport(run.stdout) };
}

/** The report in this text, which fits the published schema. */
export function validReport(text: string): Report {
  const report = JSON.parse(text) as Report;
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  return report;
}

/** Rows of a section; none where the report leaves it out. */
export function rowsOf({ sections }: Report, id: string): Row[] {
  const section = sections.find((one) => one.id === id);
  return section?.kind === "table" ? section.rows : [];
}

/** Of one column, over all rows of a section. */
export function sumOf(report: Report, id: string, column: string): number {
  return rowsOf(report, id).reduce((sum, row) => sum + Number(row[column]), 0);
}

/** Ids of the rules that found something, each once, in alphabetical order. */
export function foundRules({ recommendations }: Report): string[] {
  return [...new Set(recommendations.map(({ ruleId }) => ruleId))].sort();
}
