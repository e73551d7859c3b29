import type { FleetNode, MemcachedLinesPort } from "../../model/node-port.js";
import type { WarmItem } from "../../model/warm-manifest.js";
import { noOutcome, type CacheWriter, type PageOutcome, type ReadBack, type WritePolicy } from "./cache-writer.js";
import type { LockStore } from "./run-lock.js";

/** Which server of the pool holds a key: as the application's client library chooses it, or its reads miss. */
export type ServerChoice = (key: string) => number;

/** Seconds from which on the protocol takes an expiry for a point in time. */
const longestRelativeSeconds = 30 * 86_400;

/** A connection answers one batch at a time; a second one is filled while the first is answered. */
const connectionsPerServer = 2;

export interface MemcachedWriterOptions {
  servers: readonly FleetNode[];
  choose: ServerChoice;
  policy: Extract<WritePolicy, { kind: "overwrite" | "only-missing" }>;
  /** Unix milliseconds. */
  now(): number;
}

/** Writes to a pool of Memcached servers with `set` or `add`, pipelined. Nothing is retried: a lost server ends the run. */
export function openMemcachedWriter(options: MemcachedWriterOptions): CacheWriter {
  return new MemcachedWriter(options);
}

class MemcachedWriter implements CacheWriter {
  readonly #lanes: Lane[][];

  constructor(private readonly options: MemcachedWriterOptions) {
    this.#lanes = options.servers.map((node) => Array.from({ length: connectionsPerServer }, () => new Lane(node)));
  }

  async write(items: readonly WarmItem[]): Promise<PageOutcome> {
    const outcome = noOutcome();
    const batches = this.options.servers.map((): { text: string[]; indexes: number[] } => ({ text: [], indexes: [] }));
    const verb = this.options.policy.kind === "only-missing" ? "add" : "set";
    for (const [index, item] of items.entries()) {
      const problem = unfit(item);
      if (problem !== null) outcome.failed.push({ index, reason: problem });
      else {
        const batch = batches[this.options.choose(item.key)];
        batch?.text.push(this.encode(verb, item));
        batch?.indexes.push(index);
      }
    }
    await Promise.all(batches.map((batch, server) => this.send(server, batch.text, batch.indexes, outcome)));
    return outcome;
  }

  async readBack(items: readonly WarmItem[]): Promise<(ReadBack | null)[]> {
    return Promise.all(
      items.map(async ({ key, value }) => {
        const lane = this.#lanes[this.options.choose(key)]?.[0];
        const answer = await lane?.ask(`get ${key}`, (text) => /(?:^|\r\n)END\r\n$/.test(text)).catch(() => null);
        if (answer == null) return null;
        if (answer.startsWith("END")) return "gone";
        const data = answer.slice(answer.indexOf("\r\n") + 2, -"\r\nEND\r\n".length);
        return "data" in value && data === value.data ? "same" : "different";
      }),
    );
  }

  /** `add` takes it; `cas` renews and drops it, so that one that another has taken meanwhile is left alone. */
  lockStore(key: string): LockStore {
    const lane = this.#lanes[this.options.choose(key)]?.[0];
    const line = async (command: string) => (await lane?.ask(command, (text) => text.endsWith("\r\n"))) ?? "";
    const held = async () => {
      const answer = (await lane?.ask(`gets ${key}`, (text) => text.endsWith("END\r\n"))) ?? "";
      const match = /^VALUE \S+ \d+ \d+ (\d+)\r\n(.*)\r\nEND/s.exec(answer);
      return match === null ? null : { token: match[2] ?? "", version: match[1] ?? "" };
    };
    const seconds = (ttlMs: number) => Math.max(1, Math.ceil(ttlMs / 1_000));
    const take = async (token: string, ttlMs: number) =>
      (await line(`add ${key} 0 ${seconds(ttlMs)} ${token.length}\r\n${token}`)).startsWith("STORED");
    return {
      take,
      renew: async (token, ttlMs) => {
        const now = await held();
        if (now === null) return take(token, ttlMs);
        if (now.token !== token) return false;
        const put = `cas ${key} 0 ${seconds(ttlMs)} ${token.length} ${now.version}\r\n${token}`;
        return (await line(put)).startsWith("STORED");
      },
      drop: async (token) => {
        const now = await held();
        // An expiry in the past: the compare-and-delete that the protocol has no word for.
        if (now?.token === token) await line(`cas ${key} 0 -1 ${token.length} ${now.version}\r\n${token}`);
      },
      look: async () => ({ token: (await held())?.token ?? null, leftMs: null }),
    };
  }

  notes(): string[] {
    return [];
  }

  close(): void {
    for (const lane of this.#lanes.flat()) lane.close();
  }

  private encode(verb: "set" | "add", { key, value, ttlMs }: WarmItem): string {
    const data = "data" in value ? value.data : "";
    return `${verb} ${key} 0 ${this.expiry(ttlMs)} ${data.length}\r\n${data}\r\n`;
  }

  private expiry(ttlMs: number | null): number {
    if (ttlMs === null) return 0;
    const seconds = Math.max(1, Math.ceil(ttlMs / 1_000));
    return seconds <= longestRelativeSeconds ? seconds : Math.ceil(this.options.now() / 1_000) + seconds;
  }

  private async send(server: number, text: string[], indexes: number[], outcome: PageOutcome): Promise<void> {
    if (text.length === 0) return;
    const lanes = this.#lanes[server] ?? [];
    const lane = lanes.reduce((least, one) => (one.waiting < least.waiting ? one : least), lanes[0] as Lane);
    let answers: string[];
    try {
      answers = await lane.send(text.join(""), text.length);
    } catch (error) {
      outcome.unknown += text.length;
      outcome.refusal ??= error instanceof Error ? error.message : String(error);
      return;
    }
    for (const [i, answer] of answers.entries()) {
      if (answer === "STORED") outcome.written++;
      else if (answer === "NOT_STORED") outcome.present++;
      else outcome.failed.push({ index: indexes[i] ?? 0, reason: answer });
    }
  }
}

function unfit({ key, value }: WarmItem): string | null {
  if (!("data" in value) || value.type === "restore") return `Memcached has no type ${value.type}`;
  if (key.length > 250) return "a key of more than 250 bytes";
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f) return "a key with a space or control character";
  }
  return null;
}

/** One connection; requests wait for each other. */
class Lane {
  #connection: Promise<MemcachedLinesPort> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  waiting = 0;

  constructor(private readonly node: FleetNode) {}

  /** Each request's line of answer. */
  async send(text: string, count: number): Promise<string[]> {
    let lines = 0;
    const answer = await this.ask(text.slice(0, -2), (_, piece) => {
      for (let at = piece.indexOf("\n"); at !== -1; at = piece.indexOf("\n", at + 1)) lines++;
      return lines >= count;
    });
    return answer.split("\r\n").slice(0, count);
  }

  /** @param ends whether the answer is whole, from all of it and its last piece */
  ask(command: string, ends: (text: string, piece: string) => boolean): Promise<string> {
    this.waiting++;
    const asked = this.#last.then(async () => {
      const connection = await (this.#connection ??= this.node.openMemcachedLines());
      let text = "";
      await connection.readLines(command, (lines) => {
        const piece = Buffer.from(lines).toString("latin1");
        text += piece;
        return !ends(text, piece);
      });
      return text;
    });
    this.#last = asked.catch(() => (this.#connection = null)).finally(() => this.waiting--);
    return asked;
  }

  close(): void {
    this.#connection?.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }
}
