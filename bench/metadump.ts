import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { dumpMemcached } from "../src/collect/keyspace/dump-memcached.js";
import { openFleet } from "../src/connect/open-fleet.js";
import type { FleetNode } from "../src/model/node-port.js";
import type { Profile } from "../src/model/profile.js";
import { parseMetadump } from "../src/protocol/metadump.js";
import { machine, pairs, row } from "./measure.js";

const runs = 7;
const end = Buffer.from("END\r\n");

/** A dump of many small items: taken apart into pages, against the same dump drained from a socket with nothing done to it. */
export async function bench(args: string[]): Promise<void> {
  const count = Number(args[0] ?? 1_000_000);
  console.log(machine());
  const port = await freePort();
  const user = userInfo().uid === 0 ? ["-u", "root"] : [];
  const program = process.env["MEMCACHED"] ?? "memcached";
  const server = spawn(program, ["-l", "127.0.0.1", "-p", String(port), "-U", "0", "-m", "4096", ...user], {
    stdio: "ignore",
  });
  const abort = new AbortController();
  try {
    await listening(port, program);
    await fill(port, count);
    const fleet = await openFleet(profileOf(port), abort.signal);
    const [node] = fleet.nodes;
    if (node === undefined) throw new Error("no node");
    const { a, b, ratio } = await pairs(
      runs,
      () => seconds(() => pagesOf(node, count)),
      () => seconds(() => drain(port)),
    );
    const perSecond = (value: number) => `${(count / value / 1e6).toFixed(2)} M items/s`;
    console.log(row(`${count} items into pages`, a, "s"), perSecond(a.median));
    console.log(row("the same dump, drained", b, "s"), perSecond(b.median));
    console.log(row("ratio, pair by pair", ratio, "×"));
    const pieces: Buffer[] = [];
    await drain(port, pieces);
    const alone = await pairs(
      runs,
      () =>
        seconds(() => {
          parseAll(pieces);
          return Promise.resolve();
        }),
      () => seconds(() => Promise.resolve()),
    );
    console.log(row("taking it apart, from memory", alone.a, "s"), perSecond(alone.a.median));
  } finally {
    abort.abort();
    server.kill("SIGKILL");
    await once(server, "exit");
  }
}

/** The part of a whole run that this is about: the connection, the parser and the pages. */
async function pagesOf(node: FleetNode, count: number): Promise<void> {
  let seen = 0;
  const { gap } = await dumpMemcached(
    node,
    { node: node.identity, facts: {} },
    {
      from: "primaries",
      database: null,
      match: null,
      type: null,
      sampleRatio: 1,
      limitKeys: null,
      ratePerSecond: null,
      maxLatencyMs: 5,
      touch: false,
      frequencies: false,
    },
    {
      clock: {
        now: () => Date.now(),
        monotonicMs: () => performance.now(),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      },
      random: () => 0,
      onPage: ({ names }) => (seen += names.length),
      onProgress: () => undefined,
      budget: { left: Infinity },
      stopped: () => false,
    },
  );
  if (gap !== null || seen !== count) throw new Error(`saw ${seen} of ${count} items: ${gap ?? "no gap"}`);
}

/** @param kept where the pieces go; left out, nothing is done with them */
async function drain(port: number, kept?: Buffer[]): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.write("lru_crawler metadump hash\r\n");
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("data", (piece: Buffer) => {
      kept?.push(piece);
      if (piece.subarray(-5).equals(end)) resolve();
    });
  });
  socket.destroy();
}

function parseAll(pieces: readonly Buffer[]): void {
  const origin = { node: "", readAtMs: 0, serverSeconds: Math.floor(Date.now() / 1000) };
  let rest: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    const end = bytes.lastIndexOf("\n") + 1;
    parseMetadump(bytes.subarray(0, end), origin);
    rest = bytes.subarray(end);
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function fill(port: number, count: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  for (let from = 0; from < count; from += 10_000) {
    let request = "";
    for (let i = from; i < Math.min(count, from + 10_000); i++)
      request += `set user:${i}:profile 0 ${i % 3 === 0 ? 0 : 3600 + (i % 7200)} 10 noreply\r\n0123456789\r\n`;
    if (!socket.write(request)) await once(socket, "drain");
  }
  socket.write("version\r\n");
  await once(socket, "data");
  socket.destroy();
}

function profileOf(port: number): Profile {
  return {
    identity: {
      name: "bench",
      kind: "memcached",
      role: null,
      labels: {},
      protected: false,
      thresholds: {},
      ignore: [],
    },
    source: "url",
    kind: "memcached",
    seeds: [{ host: "127.0.0.1", port }],
    masterName: null,
    credentials: null,
    sentinelCredentials: null,
    memcachedLogin: "ascii",
    tls: null,
    sentinelTls: false,
    database: 0,
    natMap: {},
    timeouts: { connectMs: 5_000, commandMs: 5_000 },
    discover: true,
    tags: { scheme: null, prefix: null },
    hashing: null,
    weights: {},
    auditFile: null,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function listening(port: number, program: string): Promise<void> {
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
  throw new Error(`${program} does not listen on ${port}: is it on the PATH?`);
}
