import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Progress } from "../commands/context.js";

/** Asks at the terminal without showing what is typed. Rejects with the signal's reason; Ctrl-D is an empty answer. */
export async function promptSecret(label: string, progress: Progress, signal: AbortSignal): Promise<string> {
  progress.stop();
  process.stderr.write(`${label}: `);
  // readline echoes to its output; this one swallows it.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  // In raw mode Ctrl-C reaches readline instead of the process.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // Ctrl-D aborts the question; an input that ends otherwise leaves it open for ever.
  const ended = once(lines, "close", { signal }).then(() => "");
  try {
    return await Promise.race([lines.question("", { signal }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === "AbortError") return "";
    throw error;
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
