import { spawn } from "node:child_process";
import { once } from "node:events";
import { bareEnvironment } from "../support/bare-environment.js";
import { waitUntil } from "../support/servers/index.js";
import { program } from "./spawn-cli.js";

export interface TerminalRun {
  env?: Record<string, string>;
  /** To the question that the program asks. */
  answer: string;
  /** What happens while it waits for the answer. */
  meanwhile?: () => Promise<unknown>;
}

/** Runs the built program in a real terminal: what it showed in all, and its exit code. */
export async function atTerminal(words: string[], { env = {}, answer, meanwhile }: TerminalRun) {
  const line = [process.execPath, program, ...words].map((word) => `'${word}'`).join(" ");
  const terminal = spawn("script", ["-qefc", line, "/dev/null"], {
    env: { ...bareEnvironment, ...env, TERM: "xterm", SHELL: "/bin/sh" },
  });
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const closed = once(terminal, "close") as Promise<[number | null]>;
  try {
    await waitUntil(() => Promise.resolve(shown.includes("[y/N]") || terminal.exitCode !== null), {
      what: "it asks",
      timeoutMs: 60_000,
    });
    await meanwhile?.();
    terminal.stdin.write(`${answer}\n`);
    const [code] = await closed;
    return { code, shown };
  } finally {
    terminal.kill("SIGKILL");
  }
}
