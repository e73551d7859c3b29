import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { lastLines } from "../../../src/demo/server-log.js";
import { GiveUp, waitUntil } from "../../../src/demo/wait-until.js";
import { ports, registerServer, unwatch, watch } from "./registry.js";

/** Whom a program runs as; of the test's own user where it is left out. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

/** A database server as a child process that ends with the test file. */
export class DatabaseProcess {
  readonly host = "127.0.0.1";
  #child: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly dir: string,
    private readonly argv: readonly [string, ...string[]],
    private readonly runAs: RunAs,
  ) {
    registerServer(() => this.kill());
  }

  /** Starts the program and waits until `isReady`. Rejects with the end of its output when it ends instead. */
  async start(isReady: (output: string) => boolean): Promise<void> {
    const [program, ...args] = this.argv;
    const output = openSync(this.outputFile(), "w");
    const child = spawn(program, args, { cwd: this.dir, stdio: ["ignore", output, output], ...this.runAs });
    closeSync(output);
    await once(child, "spawn");
    this.#child = child;
    const { pid = 0 } = child;
    watch("pid", pid);
    child.once("exit", () => unwatch("pid", pid));
    child.unref();
    await waitUntil(
      async () => {
        const said = await readFile(this.outputFile(), "utf8");
        if (isReady(said)) return true;
        if (child.exitCode === null && child.signalCode === null) return false;
        throw new GiveUp(new Error(`${program} ended at once: ${lastLines(said)}`));
      },
      { what: `${program} serves on port ${this.port}`, timeoutMs: 60_000 },
    );
  }

  /** SIGKILL: what a crash looks like from outside. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.ref();
    child.kill("SIGKILL");
    await exit;
  }

  private outputFile(): string {
    return join(this.dir, "output.log");
  }
}

/** Starts with ever new ports until nobody else was faster. */
export async function startOnPort(
  make: (port: number) => DatabaseProcess,
  isReady: (output: string) => boolean,
): Promise<DatabaseProcess> {
  for (let attempt = 1; ; attempt++) {
    const server = make(await ports.take({ clusterBus: false }));
    try {
      await server.start(isReady);
      return server;
    } catch (error) {
      await server.kill();
      if (attempt === 5 || !/in use/i.test(String(error))) throw error;
    }
  }
}

/** Runs a program to its end. Rejects with what it said when it fails. */
export async function runToEnd(argv: readonly [string, ...string[]], dir: string, runAs: RunAs): Promise<void> {
  const [program, ...args] = argv;
  const child = spawn(program, args, { cwd: dir, stdio: ["ignore", "pipe", "pipe"], ...runAs });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`${program} failed: ${lastLines(output)}`);
}
