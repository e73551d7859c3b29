import { evenOwner } from "./even-slots.js";
import { RespConnection, type RedisServer } from "./servers/index.js";

export interface WriterOptions {
  keys: number;
  tag: string;
  /** key-first: SET, then SADD, as most libraries do. tag-first: the other way round, as Laravel does. */
  order: "key-first" | "tag-first";
}

const writers = 6;

/**
 * Applications that cache keys and tag them, each command by itself, and remember what is old. A key is written once in a pass at
 * most: one that is written again and again would soon hide that it outlived its invalidation, or lost its tag.
 */
export class TaggedWriters {
  readonly #names: readonly string[];
  #pass = 0;

  private constructor(
    private readonly connectionOf: (key: string) => RespConnection,
    private readonly connections: RespConnection[],
    private readonly options: WriterOptions,
  ) {
    this.#names = Array.from({ length: options.keys }, (_, i) => `race:${i}`);
  }

  /** @param servers primaries in slot order; several are a cluster whose slots are shared out evenly */
  static open(servers: readonly RedisServer[], options: WriterOptions): TaggedWriters {
    const connections = servers.map((server) => new RespConnection(server.port));
    const connectionOf = (key: string) => connections[evenOwner(key, servers.length)] as RespConnection;
    return new TaggedWriters(connectionOf, connections, options);
  }

  /** So many of the keys and their tag, several at a time, chosen and ordered by chance. */
  async write(count: number): Promise<void> {
    const value = String(++this.#pass);
    const left = shuffled(this.#names).slice(0, count);
    const writer = async () => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) await this.#cache(key, value);
    };
    await Promise.all(Array.from({ length: writers }, writer));
  }

  /** Keys that live, those of them that are not in the tag set, and those that an earlier pass than the last wrote. */
  async look(): Promise<{ living: string[]; untagged: string[]; old: string[] }> {
    const { tag } = this.options;
    const values = await Promise.all(this.#names.map((key) => this.connectionOf(key).call("GET", key)));
    const tagged = await Promise.all(this.#names.map((key) => this.connectionOf(tag).call("SISMEMBER", tag, key)));
    const is = (what: (index: number) => boolean) => this.#names.filter((_, i) => values[i] !== null && what(i));
    return {
      living: is(() => true),
      untagged: is((i) => tagged[i] !== 1),
      old: is((i) => values[i] !== String(this.#pass)),
    };
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  async #cache(key: string, value: string): Promise<void> {
    const { tag, order } = this.options;
    const set = () => this.connectionOf(key).call("SET", key, value);
    const add = () => this.connectionOf(tag).call("SADD", tag, key);
    for (const step of order === "key-first" ? [set, add] : [add, set]) await step();
  }
}

function shuffled(names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}
