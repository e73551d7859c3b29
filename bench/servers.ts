import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { formCluster } from "../src/demo/form-cluster.js";
import { FreePorts } from "../src/demo/free-ports.js";
import { waitUntil } from "../src/demo/wait-until.js";
import { RespConnection } from "../test/support/servers/resp-connection.js";
import { onCore } from "./measure.js";

/** `redis-server` or `redis-cli`: of the directory in REDIS_BIN, else of the PATH. */
export function redisProgram(name: "redis-server" | "redis-cli"): string {
  const directory = process.env["REDIS_BIN"];
  return directory === undefined ? name : join(directory, name);
}

/** Servers for a benchmark; ended by `stop`, and only those. */
export class BenchServers {
  readonly #children: ChildProcess[] = [];
  readonly #sockets: Socket[] = [];
  readonly #dirs: string[] = [];
  readonly #freePorts = new FreePorts();

  /** A `redis-server` with `args` on a free loopback port, when it listens. `core`: it runs on this one only. */
  async redis(args: string[] = [], port?: number, core?: number): Promise<number> {
    const dir = await mkdtemp(join(tmpdir(), "cachectl-bench-"));
    this.#dirs.push(dir);
    const own = port ?? (await freePort());
    const common = ["--port", String(own), "--bind", "127.0.0.1", "--save", "", "--dir", dir];
    const words = [redisProgram("redis-server"), ...common, ...args];
    const [program = "", ...rest] = core === undefined ? words : onCore(core, words);
    this.#children.push(spawn(program, rest, { stdio: "ignore" }));
    await listening(own);
    return own;
  }

  /** `memcached` (of the environment's MEMCACHED, else of the PATH) with `args` on a free loopback port, when it listens. */
  async memcached(args: string[] = []): Promise<number> {
    const port = await freePort();
    const program = process.env["MEMCACHED"] ?? "memcached";
    const user = userInfo().uid === 0 ? ["-u", "root"] : [];
    const common = ["-l", "127.0.0.1", "-p", String(port), "-U", "0", ...user];
    this.#children.push(spawn(program, [...common, ...args], { stdio: "ignore" }));
    await listening(port);
    return port;
  }

  /** A port that leads to a server with so many milliseconds of delay each way, through a process of its own. */
  async delayed(port: number, delayMs: number, who: "all" | "clients-only" = "all"): Promise<number> {
    const script = join(import.meta.dirname, "delay-proxy-process.mjs");
    const child = spawn(process.execPath, [script, String(port), String(delayMs), who], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#children.push(child);
    const [proxyPort] = (await once(child, "message")) as [number];
    return proxyPort;
  }

  /**
   * A cluster of primaries, each behind a delay that they announce as their own address: its members' direct ports, in the
   * order of their slots, and the port of the first one's delay.
   */
  async delayedCluster(count: number, delayMs: number): Promise<{ ports: number[]; seedPort: number }> {
    const nodes = await Promise.all(
      Array.from({ length: count }, async () => {
        const port = await this.#freePorts.take({ clusterBus: true });
        const proxyPort = await this.delayed(port, delayMs);
        const announced = [
          "--cluster-announce-port",
          String(proxyPort),
          "--cluster-announce-bus-port",
          String(port + 10_000),
        ];
        await this.redis(["--cluster-enabled", "yes", ...announced], port);
        return { port, proxyPort, redis: new RespConnection(port) };
      }),
    );
    const members = nodes.map(({ port, redis }) => ({ endpoint: { host: "127.0.0.1", port }, redis }));
    await formCluster(members, { primaryCount: count });
    for (const { redis } of nodes) redis.close();
    return { ports: nodes.map(({ port }) => port), seedPort: nodes[0]?.proxyPort ?? 0 };
  }

  /**
   * A cluster whose first `owners` nodes have all slots and whose others have none, as after `add-node`; every node sees it
   * healthy. With a delay, each node announces the port of a wire that delays its clients, and not what servers send each other.
   */
  async growingCluster(owners: number, empty: number, delayMs: number): Promise<GrowingNode[]> {
    const nodes = await Promise.all(
      Array.from({ length: owners + empty }, async () => {
        const port = await this.#freePorts.take({ clusterBus: true });
        const clientPort = delayMs === 0 ? port : await this.delayed(port, delayMs, "clients-only");
        const announced = ["--cluster-announce-port", String(clientPort), "--cluster-announce-bus-port"];
        // A primary that gave all away must stay one, since the state is put back between the runs.
        const stays = ["--cluster-enabled", "yes", "--cluster-allow-replica-migration", "no"];
        await this.redis([...stays, ...announced, String(port + 10_000)], port);
        return { port, clientPort };
      }),
    );
    const members = nodes.map(({ port }) => ({
      endpoint: { host: "127.0.0.1", port },
      redis: new RespConnection(port),
    }));
    await formCluster(members.slice(0, owners), { primaryCount: owners });
    const [first] = members;
    for (const { endpoint } of members.slice(owners))
      await first?.redis.call("CLUSTER", "MEET", endpoint.host, String(endpoint.port));
    await waitUntil(
      async () => (await Promise.all(members.map(({ redis }) => sees(redis, members.length)))).every(Boolean),
      {
        what: "every node sees the new ones and a healthy cluster",
        timeoutMs: 60_000,
      },
    );
    for (const { redis } of members) redis.close();
    return nodes;
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

/** A node of a cluster: the server itself, and where clients are sent to. */
export interface GrowingNode {
  port: number;
  clientPort: number;
}

async function sees(redis: RespConnection, count: number): Promise<boolean> {
  const info = String(await redis.call("CLUSTER", "INFO"));
  const nodes = String(await redis.call("CLUSTER", "NODES"));
  return (
    info.includes("cluster_state:ok") &&
    nodes.trim().split("\n").length === count &&
    !/handshake|fail|noaddr/.test(nodes)
  );
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
  throw new Error(`the server does not listen on ${port}: is its program on the PATH?`);
}
