import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ProxiedConnection } from "./fault-proxy-connection.js";
import type { RedisServer } from "./servers/index.js";

/** A command on its way from the program to a server. */
export interface PassingCommand {
  server: RedisServer;
  /** As sent, one character a byte. */
  words: string[];
  /** `before`: the server has not seen it. `after`: it has answered, and the program does not know yet. */
  when: "before" | "after";
}

/** Runs while the command is held; `halt` lets neither this nor any later command or answer pass until {@link FaultProxies.mend}. */
export type Watcher = (command: PassingCommand) => Promise<"pass" | "halt"> | "pass" | "halt";

/**
 * Stands between the program and each server of a cluster, so that a test can stop the program, a server or the link exactly
 * between two commands. Commands of a connection pass one at a time, also those of a pipeline: the next one reaches the server
 * only when the answer to the last has been passed on. What servers say to each other (MIGRATE, the bus) goes directly.
 */
export class FaultProxies {
  readonly #servers: RedisServer[];
  readonly #listeners: Server[] = [];
  readonly #ports = new Map<RedisServer, number>();
  readonly #connections = new Set<ProxiedConnection>();
  #watcher: Watcher | null = null;
  #halted = false;

  private constructor(servers: RedisServer[]) {
    this.#servers = servers;
  }

  /** One listener for each server, on free loopback ports; ended by {@link close}. */
  static async start(servers: RedisServer[]): Promise<FaultProxies> {
    const proxies = new FaultProxies(servers);
    for (const server of servers) await proxies.#listen(server);
    return proxies;
  }

  /** A profile file (JSON is YAML) by which the program dials nothing but these. */
  profile(over: Record<string, unknown> = {}): string {
    const dialled = this.#servers.map((server) => `127.0.0.1:${this.portOf(server)}`);
    const natMap = Object.fromEntries(this.#servers.map((server, i) => [server.address, dialled[i]]));
    return JSON.stringify({ kind: "cluster", nodes: dialled, natMap, ...over });
  }

  portOf(server: RedisServer): number {
    const port = this.#ports.get(server);
    if (port === undefined) throw new Error(`no proxy stands before ${server.address}`);
    return port;
  }

  /** Nothing passes any more: a watcher said so, or the link is cut. */
  get isHalted(): boolean {
    return this.#halted;
  }

  /** Sees every command from now on; null: none. */
  watch(watcher: Watcher | null): void {
    this.#watcher = watcher;
  }

  /** Cuts all connections for good, also those yet to come, as a lost link does. What servers carry out goes on. */
  cut(): void {
    this.#halted = true;
    this.#dropConnections();
  }

  /** Ends a halt or a cut. Connections from before are gone, with what they had not yet passed on. */
  mend(): void {
    this.#dropConnections();
    this.#watcher = null;
    this.#halted = false;
  }

  async close(): Promise<void> {
    this.#halted = true;
    this.#dropConnections();
    await Promise.all(this.#listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  }

  async #listen(server: RedisServer): Promise<void> {
    const listener = createServer((client) => this.#accept(client, server));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    this.#listeners.push(listener);
    this.#ports.set(server, (listener.address() as AddressInfo).port);
  }

  #accept(client: Socket, server: RedisServer): void {
    if (this.#halted) {
      client.destroy();
      return;
    }
    const connection = new ProxiedConnection(client, server.port, (words, when) =>
      this.#passes({ server, words, when }),
    );
    this.#connections.add(connection);
    client.once("close", () => this.#connections.delete(connection));
  }

  /** Whether it may go on. A halt that another connection brought about while this one waited counts too. */
  async #passes(command: PassingCommand): Promise<boolean> {
    if (this.#halted) return false;
    if (this.#watcher !== null && (await this.#watcher(command)) === "halt") this.#halted = true;
    return !this.#halted;
  }

  #dropConnections(): void {
    for (const connection of this.#connections) connection.drop();
    this.#connections.clear();
  }
}
