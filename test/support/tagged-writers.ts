import { setTimeout as wait } from "node:timers/promises";
import { evenOwner } from "./even-slots.js";
import { RespConnection, type RedisServer } from "./servers/index.js";

export interface WriterOptions {
  keys: number;
  tag: string;
  /** key-first: SET, then SADD, as most libraries do. tag-first: the other way round, as Laravel does. */
  order: "key-first" | "tag-first";
}

/**
 * Applications that keep caching the same keys anew and tagging them, each command by itself, and remember when which write was
 * done.
 */
export class TaggedWriters {
  /** Value → when its write was done; absent while it is under way. */
  readonly #doneAt = new Map<string, number>();
  readonly #running: Promise<void>[] = [];
  #stopped = false;
  #number = 0;
  #writes = 0;

  private constructor(
    private readonly connectionOf: (key: string) => RespConnection,
    private readonly connections: RespConnection[],
    private readonly options: WriterOptions,
  ) {}

  /** @param servers primaries in slot order; several are a cluster whose slots are shared out evenly */
  static start(servers: readonly RedisServer[], writers: number, options: WriterOptions): TaggedWriters {
    const connections = servers.map((server) => new RespConnection(server.port));
    const connectionOf = (key: string) => connections[evenOwner(key, servers.length)] as RespConnection;
    const all = new TaggedWriters(connectionOf, connections, options);
    for (let i = 0; i < writers; i++) all.#running.push(all.#write(i));
    return all;
  }

  get writes(): number {
    return this.#writes;
  }

  /** Keys whose value was written, and done with, before that moment. */
  async survivors(beforeMs: number): Promise<string[]> {
    const values = await this.#values();
    return [...values].filter(([, value]) => (this.#doneAt.get(value) ?? Infinity) < beforeMs).map(([key]) => key);
  }

  /** Waits for the writes that are under way; then nothing is written any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  /** Keys that live, and those of them that are not in the tag set. */
  async living(): Promise<{ living: string[]; untagged: string[] }> {
    const living = [...(await this.#values()).keys()];
    const tagged = await Promise.all(
      living.map((key) => this.connectionOf(this.options.tag).call("SISMEMBER", this.options.tag, key)),
    );
    return { living, untagged: living.filter((_, index) => tagged[index] !== 1) };
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  async #write(writer: number): Promise<void> {
    const { keys, tag, order } = this.options;
    for (let turn = writer; !this.#stopped; turn += 7) {
      const key = `race:${turn % keys}`;
      const value = `v${++this.#number}`;
      const set = () => this.connectionOf(key).call("SET", key, value);
      const add = () => this.connectionOf(tag).call("SADD", tag, key);
      for (const step of order === "key-first" ? [set, add] : [add, set]) await step();
      this.#doneAt.set(value, performance.now());
      this.#writes++;
      if (turn % 3 === 0) await wait(1);
    }
  }

  async #values(): Promise<Map<string, string>> {
    const names = Array.from({ length: this.options.keys }, (_, i) => `race:${i}`);
    const values = await Promise.all(names.map((key) => this.connectionOf(key).call("GET", key)));
    return new Map(names.flatMap((key, index) => (typeof values[index] === "string" ? [[key, values[index]]] : [])));
  }
}
