import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "../../../src/model/node-port.js";
import type { RedisCalls } from "../../../src/demo/redis-calls.js";
import { readStart } from "../../../src/demo/server-log.js";
import { GiveUp } from "../../../src/demo/wait-until.js";
import { ports, temporaryDirectory } from "./registry.js";
import { findRelease } from "./releases.js";
import { RespConnection } from "./resp-connection.js";
import type { ServerLaunch, ServerProcess } from "./server-process.js";
import { PortTaken, serverProcess, startOnFreePort, TestServer } from "./test-server.js";

export interface RedisOptions {
  /** Such as `redis-7.0`; the newest Valkey, else Redis, when left out. */
  release?: string;
  /**
   * Directives over the defaults, a value's words separated by spaces as in a configuration file. `logfile` and `loglevel` stay
   * the harness's, which reads there when the server is ready.
   */
  config?: Record<string, string>;
  /** After the directives, as they stand: `["--user", "ops on nopass ~* +@all"]`. */
  args?: string[];
  /** An existing directory with data to start from; left in place. */
  dir?: string;
  /** Put the directives into a file, so that CONFIG REWRITE works. Otherwise they are arguments. */
  configFile?: boolean;
  /** A loopback address to be reached at, 127.0.0.1 when left out: with several, one machine has several hosts. */
  host?: string;
  /** Lines of a sentinel's configuration (`sentinel monitor …`): the server is started with --sentinel. */
  sentinel?: string[];
}

const defaults = { save: "", appendonly: "no" };

/** What a well-kept cache has: rules that judge the configuration find nothing to say about these. */
export function sane(): Record<string, string> {
  return {
    requirepass: "sane-password",
    maxmemory: "100mb",
    "maxmemory-policy": "allkeys-lru",
    "latency-monitor-threshold": "100",
  };
}

/** Starts one server on a free loopback port and waits until it serves. It ends with the test file ({@link usingServers}). */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  return await startOnFreePort(() => makeRedis(options));
}

async function makeRedis(options: RedisOptions): Promise<RedisServer> {
  const release = await findRelease("redis", options.release);
  const dir = options.dir ?? (await temporaryDirectory());
  const isSentinel = options.sentinel !== undefined;
  const host = options.host ?? "127.0.0.1";
  const port = await ports.take({ clusterBus: options.config?.["cluster-enabled"] === "yes" });
  const directives = {
    bind: host,
    "protected-mode": "yes",
    ...(isSentinel ? {} : defaults),
    ...options.config,
    port: String(port),
    dir,
    logfile: logFile(dir),
  };
  const args: string[] = [];
  if (isSentinel || options.configFile === true) {
    const file = join(dir, "server.conf");
    await writeFile(file, [...configLines(directives), ...(options.sentinel ?? [])].join("\n") + "\n", { mode: 0o666 });
    args.push(file);
  } else args.push(...Object.entries(directives).flatMap(([name, value]) => [`--${name}`, ...value.split(" ")]));
  if (isSentinel) args.push("--sentinel");
  args.push(...(options.args ?? []));
  const launch = { release, args, dir };
  return new RedisServer(port, launch, await serverProcess(launch), options.config?.["requirepass"], host);
}

/** Redis, Valkey or a Sentinel. `call` is logged in when the configuration sets `requirepass`. */
export class RedisServer extends TestServer implements RedisCalls {
  readonly #password: string | undefined;
  #connection: RespConnection | undefined;
  #logStart = 0;

  constructor(port: number, launch: ServerLaunch, process: ServerProcess, password: string | undefined, host: string) {
    super(port, launch, process, host);
    this.#password = password;
  }

  /** Rejects with `ServerReplyError` for an error reply, and when no answer comes within ten seconds. */
  async call(command: string, ...args: string[]): Promise<Reply> {
    return await this.connection().call(command, ...args);
  }

  /** A further connection of the test's own; logged in like `call`. Closed by the test. */
  open(): RespConnection {
    const connection = new RespConnection(this.port, this.host);
    // A refused login shows as NOAUTH in the answer to the first command.
    if (this.#password !== undefined) connection.call("AUTH", this.#password).catch(() => undefined);
    return connection;
  }

  override async start(): Promise<void> {
    this.#logStart = (await this.logText()).length;
    await super.start();
  }

  async logText(): Promise<string> {
    try {
      return await readFile(logFile(this.dir), "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }
  }

  protected override async isReady(): Promise<boolean> {
    const start = readStart((await this.logText()).slice(this.#logStart));
    // waitUntil takes any other error for "not yet".
    if (start === "port-taken") throw new GiveUp(new PortTaken(this.address));
    return start === "ready";
  }

  protected override disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  private connection(): RespConnection {
    if (this.#connection?.isOpen !== true) this.#connection = this.open();
    return this.#connection;
  }
}

function configLines(directives: Record<string, string>): string[] {
  return Object.entries(directives).map(([name, value]) => `${name} ${value === "" ? '""' : value}`);
}

function logFile(dir: string): string {
  return join(dir, "server.log");
}
