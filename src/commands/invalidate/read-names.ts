import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { CachectlError } from "../../model/errors.js";
import type { Context } from "../context.js";
import { stopBeforeChange } from "../stop-before-change.js";

const batchNames = 1_000;

/**
 * Names of keys, one a line, from a file or (`-`) standard input: in batches, one character a byte, empty lines left out. No more is
 * read than is being worked on. Ends with null when the run is to end before the names do, also while nothing comes.
 *
 * @throws CachectlError usage when it cannot be read
 */
export async function* readNames(
  path: string,
  { cwd, standardInput, change: { stopRequested } }: Context,
): AsyncGenerator<string[] | null> {
  const stream = path === "-" ? standardInput() : createReadStream(resolve(cwd, path));
  let rest = "";
  let batch: string[] = [];
  try {
    for await (const piece of untilStop(stream, stopRequested)) {
      const lines = (rest + Buffer.from(piece as Uint8Array).toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const name = line.replace(/\r$/, "");
        if (name === "") continue;
        batch.push(name);
        if (batch.length < batchNames) continue;
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (stopRequested.aborted) {
    yield null;
    return;
  }
  const last = rest.replace(/\r$/, "");
  if (last !== "") batch.push(last);
  if (batch.length > 0) yield batch;
}

/**
 * How many names a file holds, and a few of them; null for standard input, which can be read once only.
 * @throws CachectlError usage when it cannot be read
 */
export async function countNames(path: string, context: Context): Promise<{ count: number; sample: string[] } | null> {
  if (path === "-") return null;
  const seen = { count: 0, sample: [] as string[] };
  for await (const names of readNames(path, context)) {
    stopBeforeChange(context.change);
    if (names === null) break;
    seen.count += names.length;
    seen.sample.push(...names.slice(0, 10 - seen.sample.length));
  }
  return seen;
}

/** Ends with the signal: whoever writes into a pipe may be silent for hours. */
async function* untilStop<T>(source: AsyncIterable<T>, stop: AbortSignal): AsyncGenerator<T> {
  const pieces = source[Symbol.asyncIterator]();
  const stopped = new Promise<null>((resolve) => {
    if (stop.aborted) resolve(null);
    stop.addEventListener("abort", () => resolve(null), { once: true });
  });
  for (;;) {
    const coming = pieces.next();
    // Left waiting for good, it may still be cut off with an error.
    coming.catch(() => undefined);
    const next = await Promise.race([coming, stopped]);
    if (next === null || next.done === true) return;
    yield next.value;
  }
}

function unreadable(path: string, error: unknown): CachectlError {
  if (error instanceof CachectlError) return error;
  return new CachectlError(
    "usage",
    "names-unreadable",
    `the names cannot be read from ${path}: ${error instanceof Error ? error.message : String(error)}`,
    "Name a file with one key a line, or - for standard input.",
    error,
  );
}
