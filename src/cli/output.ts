import { Option, type Command } from "commander";
import { CachectlError } from "../model/errors.js";
import { priorities, type Priority } from "../model/finding.js";
import type { Report } from "../model/report.js";
import { reportFormats, type ReportFormat } from "../report/formats.js";
import { exitCodeOfReport, type ExitStyle } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** As commander hands them over. */
export interface OutputFlags {
  output?: ReportFormat;
  json?: boolean;
  quiet?: boolean;
  color: boolean;
  failOn?: Priority;
  exitStyle: ExitStyle;
}

export function addOutputOptions(command: Command): Command {
  return command
    .addOption(new Option("-o, --output <format>", "how to print the report").choices(reportFormats))
    .option("--json", "the same as -o json")
    .option("-q, --quiet", "only the verdict line, and no progress or warnings")
    .option("--no-color", "no colours (NO_COLOR and FORCE_COLOR are honoured too)")
    .addOption(
      new Option(
        "--fail-on <priority>",
        "exit 1 when something this urgent is found, 3 when it could not be judged",
      ).choices(priorities),
    )
    .addOption(
      new Option("--exit-style <style>", "nagios: exit 0/1/2/3 and print one line with performance data")
        .choices(["cachectl", "nagios"])
        .default("cachectl"),
    );
}

/** Which of the ways to ask for a format holds. @throws CachectlError when two disagree */
export function formatOf({ output, json, exitStyle }: OutputFlags): ReportFormat {
  if (json === true && output !== undefined && output !== "json")
    throw new CachectlError("usage", "format-twice", `--json and -o ${output} disagree`, "Give one of them.");
  if (json === true) return "json";
  return output ?? (exitStyle === "nagios" ? "nagios" : "table");
}

/** What of the flags shows in a plan. */
export type PlanFlags = Pick<OutputFlags, "quiet" | "color">;

/** A plan as a table above the question about it, whatever format the report will have; nothing with --quiet. */
export async function renderPlan(plan: Report, { quiet, color }: PlanFlags, terminal: Terminal): Promise<string> {
  if (quiet === true) return "";
  const { renderReport } = await loadRenderer();
  // On standard error, which may be wider or narrower than where the report goes.
  const width = terminal.errorColumns || terminal.width;
  return `${renderReport(plan, { format: "table", width, color: color && terminal.color })}\n`;
}

export function exitCodeFor(report: Report, { failOn, exitStyle }: OutputFlags): number {
  return exitCodeOfReport(report, failOn ?? null, exitStyle);
}

/** Loads what renders: 20 ms that cost nothing while servers are being waited for. */
export function loadRenderer() {
  return import("../report/render.js");
}

export async function renderForFlags(report: Report, flags: OutputFlags, terminal: Terminal): Promise<string> {
  const { renderReport } = await loadRenderer();
  const format = formatOf(flags);
  const color = flags.color && terminal.color;
  const verdictOnly = flags.quiet === true && format === "table";
  // The verdict is the first line, and whole only where nothing is wrapped.
  const text = renderReport(report, { format, width: verdictOnly ? Infinity : terminal.width, color });
  return verdictOnly ? `${text.split("\n", 1)[0] ?? ""}\n` : text;
}
