import { userInfo } from "node:os";
import { MemcachedConnection } from "./memcached-connection.js";
import { ports, temporaryDirectory } from "./registry.js";
import { findRelease } from "./releases.js";
import { serverProcess, startOnFreePort, TestServer } from "./test-server.js";

export interface MemcachedOptions {
  /** Such as `memcached-1.6.9`; the newest when left out. */
  release?: string;
  /** After the defaults (loopback, no UDP): `["-m", "8"]`. */
  args?: string[];
}

/** Starts one Memcached on a free loopback port and waits until it serves. It ends with the test file. */
export async function startMemcached(options: MemcachedOptions = {}): Promise<MemcachedServer> {
  return await startOnFreePort(() => makeMemcached(options));
}

async function makeMemcached(options: MemcachedOptions): Promise<MemcachedServer> {
  const port = await ports.take({ clusterBus: false });
  const args = ["-l", "127.0.0.1", "-p", String(port), "-U", "0"];
  // Memcached refuses to run as root unless it is told so by name.
  if (userInfo().uid === 0) args.push("-u", "root");
  const launch = {
    release: await findRelease("memcached", options.release),
    args: [...args, ...(options.args ?? [])],
    dir: await temporaryDirectory(),
  };
  return new MemcachedServer(port, launch, await serverProcess(launch));
}

export class MemcachedServer extends TestServer {
  #connection: MemcachedConnection | undefined;

  /** A command, with its data after `\r\n`; resolves with the whole answer, without its last line end. */
  async send(line: string): Promise<string> {
    if (this.#connection?.isOpen !== true) this.#connection = this.open();
    return await this.#connection.send(line);
  }

  /** A further connection of the test's own. Closed by the test. */
  open(): MemcachedConnection {
    return new MemcachedConnection(this.port);
  }

  async logText(): Promise<string> {
    return await this.process.output();
  }

  /** It logs nothing when it is ready, so it is asked; any answer will do, one that demands a login as well. */
  protected override async isReady(): Promise<boolean> {
    const probe = this.open();
    try {
      return /VERSION|ERROR/.test(await probe.send("version"));
    } catch {
      // Refused: not listening yet. `start` watches the process and the time.
      return false;
    } finally {
      probe.close();
    }
  }

  protected override disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}
