import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";

/**
 * Opens a TCP connection and closes it again: whether anything listens there that may be reached from here. Sends nothing.
 *
 * @returns null when it opened, else why not, as a clause
 */
export function tryPort(host: string, port: number, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: string | null) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(`no answer within ${timeoutMs / 1000} s`));
    socket.on("connect", () => end(null));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      end(error.code === "ECONNREFUSED" ? "connection refused" : error.message),
    );
  });
}

/** The IP address of a host, IPv4 first, since CLUSTER MEET takes no names. Null: the name is not known here. */
export async function addressOfHost(host: string): Promise<string | null> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host, { order: "ipv4first" })).address;
  } catch {
    return null;
  }
}
