import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Progress } from "../commands/context.js";

/** Asks at the terminal without showing what is typed. */
export async function promptSecret(label: string, progress: Progress): Promise<string> {
  progress.stop();
  process.stderr.write(`${label}: `);
  // readline echoes to its output; this one swallows it.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  // In raw mode Ctrl-C reaches readline instead of the process.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
