import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { bareEnvironment } from "../support/bare-environment.js";
import { endWithTheTest } from "../support/with-the-test.js";

export const program = resolve(import.meta.dirname, "../../bin/cachectl.js");

export interface RunningCli {
  child: ChildProcess;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts the built program and leaves it running, for tests that send signals. Killed with the test at the latest. */
export function spawnCli(
  args: string[],
  env: Record<string, string> = {},
  stdin: "ignore" | "pipe" = "ignore",
): RunningCli {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: "/",
    env: { ...bareEnvironment, ...env },
    stdio: [stdin, "pipe", "pipe"],
  });
  endWithTheTest(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((settle) => {
    child.on("close", (code, signal) => settle({ code, signal }));
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}
