import type { OpenServer, PoolServer } from "./pool-server.js";

/** A connection for single questions, beside what is written: made when it is needed, one question at a time, nothing is repeated. */
export class SideConnection {
  #connection: Promise<OpenServer> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly server: PoolServer) {}

  /**
   * @param ends whether the answer is whole, one character a byte
   * @throws CachectlError when the server does not answer
   */
  ask(command: string, ends: (text: string) => boolean): Promise<string> {
    const answer = this.#last.then(async () => {
      try {
        const { port } = await (this.#connection ??= this.server.open());
        let text = "";
        await port.readLines(
          command,
          (lines) => {
            text += Buffer.from(lines).toString("latin1");
            return !ends(text);
          },
          longestValueBytes,
        );
        return text;
      } catch (error) {
        this.#connection = null;
        throw error;
      }
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.#connection?.then(
      ({ port }) => port.close(),
      () => undefined,
    );
  }
}

/** The most that `-I` takes: a value need not have line ends. */
const longestValueBytes = 2 ** 30;

/** Whether the answer to a `get` or `gets` of one key is whole: the value may contain anything, also an END. */
export function endsGet(text: string): boolean {
  const match = /^VALUE \S+ \d+ (\d+)[^\r\n]*\r\n/.exec(text);
  if (match === null) return text.endsWith("\r\n");
  return text.length >= match[0].length + Number(match[1]) + "\r\nEND\r\n".length;
}

export function endsLine(text: string): boolean {
  return text.endsWith("\r\n");
}

/** The value in the answer to a `get` of one key; null where there is none. */
export function valueIn(text: string): string | null {
  return text.startsWith("VALUE ") ? text.slice(text.indexOf("\r\n") + 2, -"\r\nEND\r\n".length) : null;
}
