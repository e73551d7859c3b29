import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { CachectlError } from "../model/errors.js";

/**
 * Asks for a yes. Resolves for `y` or `yes`; anything else, an empty line and Ctrl-D are a no.
 *
 * @param streams null: nobody can be asked
 * @throws CachectlError usage where nobody can be asked or the answer is no; the signal's reason when it aborts
 */
export async function confirmAtTerminal(
  question: string,
  streams: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } | null,
  signal: AbortSignal,
): Promise<void> {
  if (streams === null)
    throw new CachectlError(
      "usage",
      "not-confirmed",
      "this changes servers, and there is no terminal to ask at; nothing was changed",
      "Add --yes to do it without being asked; --dry-run shows what would be done.",
    );
  const answer = await askLine(`${question} [y/N] `, streams, signal);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new CachectlError(
    "usage",
    "not-confirmed",
    "not confirmed; nothing was changed",
    "Run the command again and answer y, or add --yes.",
  );
}

async function askLine(
  question: string,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
  signal: AbortSignal,
): Promise<string> {
  const lines = createInterface({ input, output });
  // At a terminal readline sees Ctrl-C before the process does.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const done = new AbortController();
  // Ctrl-D closes the question without answering it.
  const ended = once(lines, "close", { signal: AbortSignal.any([signal, done.signal]) }).then(
    () => "",
    () => "",
  );
  try {
    const answer = await Promise.race([lines.question(question, { signal }), ended]);
    signal.throwIfAborted();
    return answer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === "AbortError") return "";
    throw error;
  } finally {
    done.abort();
    lines.close();
  }
}
