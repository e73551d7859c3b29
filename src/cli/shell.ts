import type { Context } from "../commands/context.js";
import type { Report } from "../model/report.js";
import type { OutputFlags } from "./output.js";
import type { Terminal } from "./terminal.js";

/** What `run` has to know about the verb that was chosen, also when it fails half-way. */
export interface RunState {
  /** As in the report: the verb's words joined by hyphens. */
  operation: string;
  flags: OutputFlags | null;
  context: Context | null;
  exitCode: number;
}

/** What a verb's registration gets to work with. */
export interface Shell {
  terminal: Terminal;
  signal: AbortSignal;
  state: RunState;
  /** Runs a command that ends in one report and prints it. */
  report(
    operation: string,
    flags: OutputFlags,
    command: (context: Context) => Report | Promise<Report>,
    less?: LessOutput,
  ): Promise<void>;
  /** The context of this run; made once. */
  begin(operation: string, flags: OutputFlags): Context;
}

/** For verbs that cron runs: when only the verdict line is printed, and when nothing is. */
export interface LessOutput {
  brief(report: Report): boolean;
  silent(report: Report): boolean;
}
