import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { endWithTheTest } from "./with-the-test.js";

/** A listener on a free loopback port that ends with the test. Faults that a real server does not produce on demand. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endWithTheTest(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** Answers every connection as a web server. */
export function httpServer(): Promise<number> {
  return listen(createHttpServer((_request, response) => response.end("hello")));
}

/** Accepts connections and never says a word. */
export function silentServer(): Promise<number> {
  return listen(createServer());
}

/** Hangs up on the first who comes, and never says a word to the others: a server that drops its clients in a failover. `second`: they are there. */
export async function hangsUpOnce(): Promise<{ port: number; second: Promise<void> }> {
  let connections = 0;
  const server = createServer();
  const second = new Promise<void>((resolve) => {
    server.on("connection", (socket: Socket) => {
      // Hanging up with something unread would be a reset.
      socket.resume();
      if (connections++ === 0) socket.end();
      else resolve();
    });
  });
  return { port: await listen(server), second };
}

/** Says this to everyone at once and closes, as Redis does in protected mode or at its client limit. */
export function greetingServer(greeting: string): Promise<number> {
  return listen(createServer((socket) => socket.end(greeting)));
}

/** Stands before a real server and stops passing on what that says after `bytes`: a server that dies half-way through an answer. */
export function cutOffProxy(port: number, bytes: number): Promise<number> {
  return listen(
    createServer((client) => {
      let left = bytes;
      const upstream = connect(port, "127.0.0.1");
      upstream.on("error", () => {});
      client.on("close", () => upstream.destroy());
      client.pipe(upstream);
      upstream.on("data", (chunk: Buffer) => {
        if (left > 0) client.write(chunk.subarray(0, left));
        left -= chunk.length;
      });
    }),
  );
}

/**
 * A port whose connection attempts are never answered, like a host behind a firewall that drops packets: its process never
 * accepts, and its backlog is full, so the kernel drops every further SYN. Linux only.
 */
export async function blackHole(): Promise<number> {
  const child = fork(new URL("black-hole-process.mjs", import.meta.url), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  endWithTheTest(() => void child.kill("SIGKILL"));
  const [port] = (await once(child, "message")) as [number];
  // One more than the backlog holds.
  const fillers = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  endWithTheTest(() => fillers.forEach((socket) => socket.destroy()));
  await Promise.any(fillers.map((socket) => once(socket, "connect")));
  await untilFull(port);
  return port;
}

async function untilFull(port: number): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const probe = connect(port, "127.0.0.1").on("error", () => {});
    const answered = await Promise.race([
      once(probe, "connect").then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, 150, false)),
    ]);
    endWithTheTest(() => void probe.destroy());
    if (!answered) return;
  }
  throw new Error("the backlog of the black hole does not fill");
}

/** Stands before a real server; `breakAll` cuts every connection through it at once, new ones pass. Bytes on their way may get lost. */
export async function breakableProxy(port: number): Promise<{ port: number; breakAll(): void }> {
  const clients = new Set<Socket>();
  const own = await listen(
    createServer((client) => {
      clients.add(client);
      const upstream = connect(port, "127.0.0.1");
      upstream.on("error", () => client.destroy());
      upstream.on("close", () => client.destroy());
      client.on("close", () => {
        clients.delete(client);
        upstream.destroy();
      });
      client.pipe(upstream).pipe(client);
    }),
  );
  return { port: own, breakAll: () => clients.forEach((client) => client.destroy()) };
}
