import { GiveUp, waitUntil } from "../../../src/demo/wait-until.js";
import { lastLines } from "../../../src/demo/server-log.js";
import { BinaryProcess } from "./binary-process.js";
import { serverMode } from "./mode.js";
import { registerServer } from "./registry.js";
import type { Release } from "./releases.js";
import type { ServerLaunch, ServerProcess } from "./server-process.js";

/** Somebody else took the port between the look and the start: try another one. */
export class PortTaken extends Error {}

// A busy two-core machine needs a second or two for what takes 50 ms otherwise.
const readyTimeoutMs = 20_000;
const stopTimeoutMs = 5_000;
/** From SIGKILL on: a busy container engine takes its time to tell. */
const deathTimeoutMs = 30_000;

/** What all started servers have in common: an address and a life that tests can disturb. */
export abstract class TestServer {
  readonly host: string;
  readonly port: number;
  /** `127.0.0.1:12345`. */
  readonly address: string;
  readonly dir: string;
  readonly release: Release;
  protected readonly process: ServerProcess;

  constructor(port: number, launch: ServerLaunch, process: ServerProcess, host = "127.0.0.1") {
    this.host = host;
    this.port = port;
    this.address = `${this.host}:${port}`;
    this.dir = launch.dir;
    this.release = launch.release;
    this.process = process;
    registerServer(() => this.remove());
  }

  abstract logText(): Promise<string>;

  /** Whether the present start got as far as serving; throws `GiveUp` with a `PortTaken` when the log says so. */
  protected abstract isReady(): Promise<boolean>;

  /** Drops the harness's own connection. */
  protected abstract disconnect(): void;

  /** Starts the program and waits until it serves. Rejects with the end of its log when it ends instead. */
  async start(): Promise<void> {
    await this.process.start();
    let nextLook = 0;
    await waitUntil(
      async () => {
        if (await this.isReady()) return true;
        // Asking a container engine costs far more than a look at the log, so it is done less often.
        if (performance.now() < nextLook) return false;
        nextLook = performance.now() + 100;
        if (await this.process.isRunning()) return false;
        if (await this.isReady()) return true;
        throw new GiveUp(await this.#endedAtOnce());
      },
      { what: `${this.release.name} serves on ${this.address}`, timeoutMs: readyTimeoutMs },
    );
  }

  /** Asks it to end (SIGTERM) and waits until it has; kills it when it does not within five seconds. */
  async stop(): Promise<void> {
    this.disconnect();
    if (!(await this.process.isRunning())) return;
    // A frozen process would get the SIGTERM only when it goes on.
    await this.process.signal("SIGCONT");
    await this.process.signal("SIGTERM");
    const deadline = performance.now() + stopTimeoutMs;
    await waitUntil(
      async () => {
        if (performance.now() > deadline && (await this.process.isRunning())) await this.process.signal("SIGKILL");
        return !(await this.process.isRunning());
      },
      { what: `${this.address} has ended`, timeoutMs: stopTimeoutMs + deathTimeoutMs },
    );
  }

  /** SIGKILL: what a crash looks like from outside. */
  async kill(): Promise<void> {
    this.disconnect();
    await this.process.signal("SIGKILL");
    await waitUntil(async () => !(await this.process.isRunning()), {
      what: `${this.address} is dead`,
      timeoutMs: deathTimeoutMs,
    });
  }

  /** SIGSTOP: connections stay open and nothing is answered, like a machine that swaps or a virtual one that is paused. */
  async freeze(): Promise<void> {
    await this.process.signal("SIGSTOP");
  }

  async thaw(): Promise<void> {
    await this.process.signal("SIGCONT");
  }

  /** Ends it if it runs, then starts it again on the same port, directory and arguments. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends it for good. Called for every server at the end of the test file. */
  async remove(): Promise<void> {
    this.disconnect();
    await this.process.remove();
  }

  async #endedAtOnce(): Promise<Error> {
    const output = (await this.logText()) + (await this.process.output());
    if (/address already in use|failed listening/i.test(output)) return new PortTaken(this.address);
    return new Error(`${this.release.name} ended at once: ${lastLines(output)}`);
  }
}

/** A container or a child process, as the mode says. */
export async function serverProcess(launch: ServerLaunch): Promise<ServerProcess> {
  if ((await serverMode()) === "binaries") return new BinaryProcess(launch);
  // Loaded only here: testcontainers takes half a second to import.
  const { ContainerProcess } = await import("./container-process.js");
  return new ContainerProcess(launch);
}

/** Starts with ever new ports until nobody else was faster. */
export async function startOnFreePort<S extends TestServer>(make: () => Promise<S>): Promise<S> {
  for (let attempt = 1; ; attempt++) {
    const server = await make();
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.remove();
      if (!(error instanceof PortTaken) || attempt === 5) throw error;
    }
  }
}
