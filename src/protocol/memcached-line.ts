import type { FleetNode, MemcachedLinesPort } from "../model/node-port.js";
import { endOfMemcachedAnswer } from "./memcached-answer.js";

/**
 * Sends one command of Memcached's text protocol whose answer is one line, on a connection of its own, and gives that line
 * without its end.
 *
 * @throws ConnectError
 */
export async function memcachedLine(node: Pick<FleetNode, "openMemcachedLines">, command: string): Promise<string> {
  const port = await node.openMemcachedLines();
  let answer = "";
  try {
    await port.readLines(command, (lines) => {
      answer += Buffer.from(lines).toString("latin1");
      return false;
    });
  } finally {
    port.close();
  }
  return answer.trim();
}

/** The most that `-I` takes: a value need not have line ends. */
const longestValueBytes = 2 ** 30;

/**
 * Sends one command and gives its whole answer, one character a byte: a line, or STAT lines or VALUE blocks with their END.
 *
 * @throws ConnectError
 */
export async function memcachedAnswer(port: MemcachedLinesPort, command: string): Promise<string> {
  let text = "";
  await port.readLines(
    command,
    (lines) => {
      text += Buffer.from(lines).toString("latin1");
      return !isWhole(text);
    },
    longestValueBytes,
  );
  return text;
}

function isWhole(text: string): boolean {
  try {
    return endOfMemcachedAnswer(text) !== null;
  } catch {
    // Whatever this is, it is not what was asked for: whoever asked sees it.
    return true;
  }
}
