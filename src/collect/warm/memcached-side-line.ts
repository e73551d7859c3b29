import type { FleetNode, MemcachedLinesPort } from "../../model/node-port.js";

/** A conversation with a Memcached server beside a warm-up, one question at a time; opened again with the next one after it was lost. */
export class MemcachedSideLine {
  #port: Promise<MemcachedLinesPort> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(private readonly node: FleetNode) {}

  /** @throws CachectlError when it does not answer */
  async version(): Promise<void> {
    await this.ask("version");
  }

  /** Name → value; empty where the server does not know the command. @throws CachectlError */
  async stats(section: "" | "slabs"): Promise<Record<string, string>> {
    const text = await this.ask(`stats ${section}`.trim());
    return Object.fromEntries(
      [...text.matchAll(/^STAT (\S+) (.*)\r$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
  }

  close(): void {
    this.#closed = true;
    this.#port?.then(
      (port) => port.close(),
      () => undefined,
    );
  }

  private ask(command: string): Promise<string> {
    const answer = this.#last.then(() => this.askNow(command));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  private async askNow(command: string): Promise<string> {
    try {
      const port = await (this.#port ??= this.node.openMemcachedLines());
      if (this.#closed) port.close();
      let text = "";
      await port.readLines(command, (lines) => {
        text += Buffer.from(lines).toString("latin1");
        return !/(?:^|\r\n)(?:END|VERSION [^\r]*|RESET|(?:CLIENT_|SERVER_)?ERROR[^\r]*)\r\n$/.test(text);
      });
      return text;
    } catch (error) {
      this.#port = null;
      throw error;
    }
  }
}
