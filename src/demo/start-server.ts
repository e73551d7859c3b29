import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Address, DemoDeps } from "./demo-deps.js";
import { DemoError } from "./demo-error.js";
import type { DemoRun } from "./demo-run.js";
import type { FreePorts } from "./free-ports.js";
import { lastLines, readStart } from "./server-log.js";
import type { ServerSource, ServerStart } from "./server-source.js";
import { GiveUp, waitUntil } from "./wait-until.js";

/** What every start of the run shares. */
export interface Workshop {
  source: ServerSource;
  run: DemoRun;
  ports: FreePorts;
  deps: DemoDeps;
}

export interface RedisSpec {
  /** Of its directory. */
  name: string;
  config: Record<string, string>;
  /** Lines of a sentinel's configuration: it is started as one. */
  sentinel?: string[];
}

const host = "127.0.0.1";
const readyTimeoutMs = 20_000;
const maxAttempts = 5;

/** Somebody else took the port between the look and the start. */
class PortTaken extends Error {}

/** Starts a Redis, Valkey or Sentinel on a free loopback port; resolves when its log says that it is ready. */
export async function startRedisServer(spec: RedisSpec, workshop: Workshop): Promise<Address> {
  return await onFreePort(spec.config["cluster-enabled"] === "yes", workshop.ports, async (port) => {
    const dir = await serverDirectory(spec.name, workshop.run);
    const log = join(dir, "server.log");
    const config = { bind: host, "protected-mode": "yes", port: String(port), dir, logfile: log, ...spec.config };
    const lines = Object.entries(config).map(([name, value]) => `${name} ${value === "" ? '""' : value}`);
    const file = join(dir, "server.conf");
    await writeFile(file, [...lines, ...(spec.sentinel ?? [])].join("\n") + "\n");
    const args = spec.sentinel === undefined ? [file] : [file, "--sentinel"];
    await launch({ product: "redis", args, dir }, spec.name, workshop, async () => {
      const start = readStart(await readFile(log, "utf8"));
      if (start === "port-taken") throw new GiveUp(new PortTaken());
      return start === "ready";
    });
    return { host, port };
  });
}

/** Starts a Memcached on a free loopback port; resolves when it answers. */
export async function startMemcachedServer(name: string, args: string[], workshop: Workshop): Promise<Address> {
  return await onFreePort(false, workshop.ports, async (port) => {
    const dir = await serverDirectory(name, workshop.run);
    const start: ServerStart = {
      product: "memcached",
      args: ["-l", host, "-p", String(port), "-U", "0", ...args],
      dir,
    };
    await launch(start, name, workshop, async () => {
      const connection = await workshop.deps.openMemcached({ host, port });
      try {
        return (await connection.send("version")).startsWith("VERSION");
      } finally {
        connection.close();
      }
    });
    return { host, port };
  });
}

async function onFreePort(
  clusterBus: boolean,
  ports: FreePorts,
  start: (port: number) => Promise<Address>,
): Promise<Address> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await ports.take({ clusterBus }));
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === maxAttempts) throw error;
    }
  }
}

async function launch(
  start: ServerStart,
  name: string,
  { source, run, deps }: Workshop,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const ref = await run.start(source, start);
  let nextLook = performance.now() + 500;
  await waitUntil(
    async () => {
      // Asking the engine costs a process each time, so it is done less often than looking at the log.
      if (performance.now() > nextLook && !(await source.isRunning(ref)))
        throw new GiveUp(await endedAtOnce(name, start.dir));
      if (performance.now() > nextLook) nextLook = performance.now() + 500;
      return await isReady();
    },
    { what: `the demo's ${name} is ready`, timeoutMs: readyTimeoutMs, signal: deps.signal },
  );
}

async function serverDirectory(name: string, run: DemoRun): Promise<string> {
  return await mkdtemp(join(run.dir, `${name}-`));
}

async function endedAtOnce(name: string, dir: string): Promise<Error> {
  const texts = await Promise.all(["output.log", "server.log"].map((file) => textOf(join(dir, file))));
  const text = texts.join("");
  if (/address already in use|failed listening|failed to listen/i.test(text)) return new PortTaken();
  const said = lastLines(text);
  return new DemoError(
    "ended-at-once",
    `The demo's ${name} ended at once${said === "" ? "" : `: ${said}`}`,
    "Its log says why; is another security module or a small limit in its way?",
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    // It ended before it wrote one; the caller says so.
    return "";
  }
}
