import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { bareEnvironment } from "./bare-environment.js";

export interface CliRun {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  elapsedMs: number;
}

export interface CliOptions {
  cwd?: string;
  /** Over an environment that holds no CACHECTL_ variable, no colour setting and no profile directory of the user. */
  env?: Record<string, string>;
  /** Sent when its text has appeared on standard error or output. */
  interruptAfter?: string;
  /** Its standard input; none when left out. */
  input?: string | Buffer;
  /** Killed after this. A minute when left out. */
  timeoutMs?: number;
}

const program = resolve(import.meta.dirname, "../../bin/cachectl.js");

/** Runs the built program. Killed after its time, which then shows as `signal`: nothing may hang. */
export function runCli(args: string[], options: CliOptions = {}): Promise<CliRun> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? "/",
    env: { ...bareEnvironment, ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  // One that ends before it has read all of it breaks the pipe: that is the program's to say.
  child.stdin?.on("error", () => undefined).end(options.input);
  let stdout = "";
  let stderr = "";
  let interrupted = false;
  const look = () => {
    if (interrupted || options.interruptAfter === undefined) return;
    if (!(stdout + stderr).includes(options.interruptAfter)) return;
    interrupted = true;
    child.kill("SIGINT");
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    look();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    look();
  });
  return new Promise((resolveRun, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolveRun({ code, signal, stdout, stderr, elapsedMs: performance.now() - startedAt });
    });
  });
}

/** For the message of an assertion on how it ended. One that was killed has often said nothing: then the time tells why. */
export function outcomeOf({ code, signal, elapsedMs, stdout, stderr }: CliRun): string {
  return `ended with ${signal ?? code ?? "nothing"} after ${Math.round(elapsedMs)} ms\n${stderr}${stdout}`;
}
