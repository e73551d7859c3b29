import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Servers from the PATH for a benchmark; ended by `stop`, and only those. */
export class BenchServers {
  readonly #children: ChildProcess[] = [];
  readonly #sockets: Socket[] = [];
  readonly #dirs: string[] = [];

  /** A `redis-server` with `args` on a free loopback port, when it listens. */
  async redis(args: string[] = []): Promise<number> {
    const dir = await mkdtemp(join(tmpdir(), "cachectl-bench-"));
    this.#dirs.push(dir);
    const port = await freePort();
    const common = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", dir];
    this.#children.push(spawn("redis-server", [...common, ...args], { stdio: "ignore" }));
    await listening(port);
    return port;
  }

  /**
   * A port that answers no connection attempt: a process that never accepts, its backlog filled.
   * It stands for a host behind a firewall that drops packets, and stays on loopback.
   */
  async blackHole(): Promise<number> {
    const script = `
      const server = require("node:net").createServer();
      server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
        process.send(server.address().port, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600000));
      });`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    this.#children.push(child);
    const [port] = (await once(child, "message")) as [number];
    for (let i = 0; i < 6; i++) this.#sockets.push(connect(port, "127.0.0.1").on("error", () => {}));
    await Promise.any(this.#sockets.slice(-6).map((socket) => once(socket, "connect")));
    return port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill("SIGKILL");
        await once(child, "exit");
      }),
    );
    await Promise.all(this.#dirs.map((dir) => rm(dir, { recursive: true, force: true })));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`redis-server does not listen on ${port}: is it on the PATH?`);
}
