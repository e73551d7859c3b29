import { spawn } from "node:child_process";
import { DemoInterrupted } from "./demo-error.js";

export interface CommandResult {
  /** Null when the program could not be run, was ended by a signal or by the deadline. */
  exitCode: number | null;
  /** Standard output and standard error as they came, together. */
  output: string;
  /** Standard output alone, trimmed. */
  stdout: string;
}

export interface CommandOptions {
  env: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Runs a program to its end and never rejects because it failed; rejects with `DemoInterrupted` when aborted.
 *
 * It gets a process group of its own: Ctrl-C at the terminal must reach only this program, which then ends what was begun.
 */
export async function runCommand(argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const [program = "", ...args] = argv;
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    let output = "";
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", (error) => {
      if (options.signal?.aborted) reject(new DemoInterrupted());
      else resolve({ exitCode: null, output: output + error.message, stdout: "" });
    });
    child.once("close", (exitCode) => {
      if (options.signal?.aborted) reject(new DemoInterrupted());
      else resolve({ exitCode, output, stdout: stdout.trim() });
    });
  });
}
