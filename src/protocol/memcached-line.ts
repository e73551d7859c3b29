import type { FleetNode } from "../model/node-port.js";

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
