import { spawn } from "node:child_process";

export interface CommandOptions {
  directory: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** How a command ended. `exitCode` is null when a signal ended it; `stopped` says why when that signal was ours. */
export interface CommandOutcome {
  exitCode: number | null;
  stdout: string;
  stopped: "deadline" | "output" | "aborted" | null;
}

/** Starts a program without a shell. Rejects with Node's error when it cannot be started. */
export type RunCommand = (argv: readonly [string, ...string[]], options: CommandOptions) => Promise<CommandOutcome>;

// A secret is a line; a program that prints more than this is not a secret's source.
const maxOutputCharacters = 65_536;

/**
 * Runs a program that prints a secret. It gets no input, so that it cannot eat what is piped into cachectl; its own
 * complaints go to stderr, where the user sees them, and nowhere else.
 */
export const runCommand: RunCommand = ([program, ...args], { directory, timeoutMs, signal }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    let stopped: CommandOutcome["stopped"] = null;
    const stop = (reason: CommandOutcome["stopped"]): void => {
      stopped ??= reason;
      child.kill("SIGKILL");
      // A grandchild may hold the pipe open; waiting for it would outlast the deadline.
      child.stdout.destroy();
    };
    const abort = (): void => stop("aborted");
    const timer = setTimeout(() => stop("deadline"), timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      if (stdout.length > maxOutputCharacters) stop("output");
    });
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("close", (exitCode) => {
      settle();
      resolve({ exitCode, stdout, stopped });
    });
    if (signal?.aborted === true) abort();
  });
