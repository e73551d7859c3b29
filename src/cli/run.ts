import { setMaxListeners } from "node:events";
import { CommanderError } from "commander";
import { CachectlError } from "../model/errors.js";
import { failureReport } from "../report/failure-report.js";
import { exitCodeOfError, exitCodes, type ExitStyle } from "./exit-codes.js";
import { interrupted } from "./interrupted.js";
import { formatOf, renderForFlags, type OutputFlags } from "./output.js";
import { createProgram } from "./program.js";
import type { RunState } from "./shell.js";
import { processTerminal, type Terminal } from "./terminal.js";
import { verbFirst } from "./verb-first.js";
import { version } from "./version.js";

/** One run of the program: arguments in, text and an exit code out. The only place that catches everything. */
export async function run(argv: string[]): Promise<void> {
  const terminal = processTerminal(process.env);
  const abort = new AbortController();
  // Every wait of a run listens to it; Node takes more than ten listeners for a leak.
  setMaxListeners(0, abort.signal);
  listenForSignals(abort);
  const { program, state } = createProgram(terminal, abort.signal);
  listenForOutputErrors(state);
  const startedAt = new Date();
  let code: number;
  try {
    await program.parseAsync(argv, { from: "user" });
    code = state.exitCode;
  } catch (error) {
    state.context?.progress.stop();
    if (isEarlyOption(error, argv)) await terminal.warn("  Options come after the verb: cachectl analyze -p NAME\n");
    const meant = verbFirst(error, program, argv);
    if (meant !== null) await terminal.warn(`  The verb comes first: ${meant}\n`);
    const style = state.flags?.exitStyle ?? askedStyle(argv);
    code = await explainError(error, { terminal, operation: state.operation, flags: state.flags, style, startedAt });
  }
  // Both streams have been flushed by awaiting each write. Exiting here ends what a library may have left open.
  process.exit(code);
}

function isEarlyOption(error: unknown, argv: string[]): boolean {
  return (
    error instanceof CommanderError && error.code === "commander.unknownOption" && argv[0]?.startsWith("-") === true
  );
}

/** The first signal lets the command stop cleanly, the second leaves at once. */
function listenForSignals(abort: AbortController): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(exitCodes.interrupted);
      abort.abort(interrupted());
    });
  }
}

function listenForOutputErrors(state: RunState): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader of a pipe has seen enough (`| head -1`): nobody is left to tell anything, but a gate still holds.
    if (error.code === "EPIPE") process.exit(state.exitCode);
    process.stderr.write(
      `cachectl: the output cannot be written: ${error.message}\n  Make room there, or send it elsewhere.\n`,
    );
    process.exit(exitCodes.unjudged);
  });
  process.stderr.on("error", () => {});
}

interface Failure {
  terminal: Terminal;
  operation: string;
  flags: OutputFlags | null;
  style: ExitStyle;
  startedAt: Date;
}

/** For an error before the flags were read: 2 would be CRITICAL to Nagios, which is said of servers only. */
function askedStyle(argv: string[]): ExitStyle {
  return /(^| )--exit-style[= ]nagios( |$)/.test(argv.join(" ")) ? "nagios" : "cachectl";
}

async function explainError(error: unknown, failure: Failure): Promise<number> {
  const { terminal, operation, flags, style, startedAt } = failure;
  if (error instanceof CommanderError) return usageCode(error, style);
  const known = error instanceof CachectlError ? error : defect(error);
  await terminal.warn(`cachectl: ${known.message}\n${known.hint === "" ? "" : `  ${known.hint}\n`}`);
  if (flags !== null && formatOf(flags) !== "table") {
    const durationMs = Date.now() - startedAt.getTime();
    const report = failureReport({
      operation,
      version: version(),
      startedAt: startedAt.toISOString(),
      durationMs,
      error: known,
    });
    await terminal.print(await renderForFlags(report, { ...flags, color: false }, terminal));
  }
  return exitCodeOfError(known, style);
}

/** Commander has printed the help or the error already. */
function usageCode({ exitCode }: CommanderError, style: ExitStyle): number {
  // Help that was asked for. Commander also prints it when the verb is missing: `cachectl $VERB` must not pass for a gate.
  if (exitCode === 0) return exitCodes.fine;
  return style === "nagios" ? 3 : exitCodes.usage;
}

function defect(error: unknown): CachectlError {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const hint = process.env["CACHECTL_DEBUG"]
    ? String(error instanceof Error ? error.stack : error)
    : "This is a defect of cachectl. Please report it, with what CACHECTL_DEBUG=1 prints.";
  return new CachectlError("unreached", "defect", `internal error: ${text}`, hint, error);
}
