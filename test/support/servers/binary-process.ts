import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unwatch, watch } from "./registry.js";
import type { ServerLaunch, ServerProcess, ServerSignal } from "./server-process.js";

/** The program as a child process, its output in a file of its directory. */
export class BinaryProcess implements ServerProcess {
  readonly #launch: ServerLaunch;
  #child: ChildProcess | undefined;

  constructor(launch: ServerLaunch) {
    this.#launch = launch;
  }

  async start(): Promise<void> {
    const { release, args, dir } = this.#launch;
    const output = openSync(this.#outputFile(), "a");
    const child = spawn(release.source, args, { cwd: dir, stdio: ["ignore", output, output] });
    closeSync(output);
    this.#child = child;
    await once(child, "spawn");
    const { pid } = child;
    if (pid === undefined) throw new Error(`${release.source} was started without a pid`);
    watch("pid", pid);
    child.once("exit", () => unwatch("pid", pid));
    // A forgotten server must not keep the test process alive; the guardian ends it afterwards.
    child.unref();
  }

  isRunning(): Promise<boolean> {
    const child = this.#child;
    return Promise.resolve(child !== undefined && child.exitCode === null && child.signalCode === null);
  }

  signal(name: ServerSignal): Promise<void> {
    // Node sends nothing once it has seen the child's exit, so a reused pid is never hit.
    this.#child?.kill(name);
    return Promise.resolve();
  }

  async output(): Promise<string> {
    return await readFile(this.#outputFile(), "utf8");
  }

  async remove(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !(await this.isRunning())) return;
    const exit = once(child, "exit");
    child.ref();
    child.kill("SIGKILL");
    await exit;
  }

  #outputFile(): string {
    return join(this.#launch.dir, "output.log");
  }
}
