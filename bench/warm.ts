import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { RespConnection } from "../test/support/servers/resp-connection.js";
import { cachectl, inTurn, machine, peakMemory, row, spread, timeRun } from "./measure.js";
import { BenchServers, redisProgram } from "./servers.js";
import { intoMemcached } from "./warm-memcached.js";

/** As many commands as an ioredis user puts into one pipeline. */
const ioredisPipeline = 1_000;

/**
 * `warm [items=1000000] [runs=5] [redis,cluster,memcached,memory]`: NDJSON rows of about 100 bytes with a TTL into Redis, against
 * `redis-cli --pipe` fed the encoded protocol and an ioredis pipeline loop that reads the same file; into three primaries; into
 * one Memcached against memjs; and the peak memory at ten times as many.
 */
export async function bench(args: string[]): Promise<void> {
  const items = Number(args[0] ?? 1_000_000);
  const runs = Number(args[1] ?? 5);
  const parts = (args[2] ?? "redis,cluster,memcached,memory").split(",");
  console.log(machine());
  const directory = await mkdtemp(join(tmpdir(), "cachectl-bench-warm-"));
  try {
    if (parts.includes("redis")) await intoRedis(directory, items, runs);
    if (parts.includes("cluster")) await intoCluster(directory, items, runs);
    if (parts.includes("memcached"))
      await intoMemcached({ ...(await inputs(directory, items)), checkpoint: join(directory, "c") }, items, runs);
    if (parts.includes("memory")) await memory(directory, items * 10);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function value(id: number): string {
  return JSON.stringify({
    ...{ id, name: `user-${id}`, email: `user-${id}@example.com`, plan: "basic", score: id % 1_000, city: "Rotterdam" },
  });
}

async function writeLines(path: string, count: number, line: (id: number) => string): Promise<void> {
  const file = createWriteStream(path);
  let text = "";
  for (let id = 0; id < count; id++) {
    text += line(id);
    if (text.length < 1 << 20) continue;
    if (!file.write(text)) await once(file, "drain");
    text = "";
  }
  file.end(text);
  await once(file, "finish");
}

async function inputs(directory: string, items: number): Promise<{ manifest: string; rows: string }> {
  const rows = join(directory, `${items}.ndjson`);
  await writeLines(rows, items, (id) => `${value(id)}\n`);
  const manifest = join(directory, `${items}.yaml`);
  await writeFile(manifest, `source: { kind: file, path: ${rows} }\nmap:\n  key: "user:{id}"\n  ttl: 1h\n`);
  return { manifest, rows };
}

function respSet(id: number): string {
  const words = ["SET", `user:${id}`, value(id), "EX", "3600"];
  return `*5\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

async function intoRedis(directory: string, items: number, runs: number): Promise<void> {
  const servers = new BenchServers();
  try {
    const port = await servers.redis();
    const { manifest, rows } = await inputs(directory, items);
    const protocol = join(directory, "protocol");
    await writeLines(protocol, items, respSet);
    const ours = [
      ...cachectl,
      "warm",
      manifest,
      "-p",
      `redis://127.0.0.1:${port}`,
      "--checkpoint",
      join(directory, "c"),
    ];
    const emptied = (run: () => Promise<number>) => async () => {
      await call(port, "FLUSHALL");
      const seconds = await run();
      const stored = await call(port, "DBSIZE");
      if (stored !== items) throw new Error(`${String(stored)} of ${items} items are there`);
      return seconds;
    };
    console.log(`\n${items} items of about 100 bytes with a TTL into one Redis`);
    const [warm = [], pipe = [], loop = []] = await inTurn(runs, [
      emptied(() => timeRun(ours)),
      emptied(() => timePipe(port, protocol)),
      emptied(() => timeIoredis(port, rows)),
    ]);
    const [missing = [], refresh = []] = await inTurn(Math.min(3, runs), [
      () => timeRun([...ours, "--only-missing"]),
      () => timeRun([...ours, "--refresh-below", "10m"]),
    ]);
    console.log(row("cachectl warm", spread(warm), "s"));
    console.log(row("redis-cli --pipe, encoded before", spread(pipe), "s"));
    console.log(row("ioredis pipelines, same file", spread(loop), "s"));
    console.log(row("warm takes times --pipe, run by run", spread(warm.map((s, i) => s / (pipe[i] ?? NaN))), "×"));
    console.log(row("faster than ioredis by, run by run", spread(warm.map((s, i) => (loop[i] ?? NaN) / s)), "×"));
    console.log(row("--only-missing, all there", spread(missing), "s"));
    console.log(row("--refresh-below, all fresh", spread(refresh), "s"));
  } finally {
    await servers.stop();
  }
}

async function intoCluster(directory: string, items: number, runs: number): Promise<void> {
  const servers = new BenchServers();
  try {
    const nodes = await servers.growingCluster(3, 0, 0);
    const { manifest } = await inputs(directory, items);
    const target = `redis+cluster://127.0.0.1:${nodes[0]?.port ?? 0}`;
    const [seconds = []] = await inTurn(runs, [
      async () => {
        for (const { port } of nodes) await call(port, "FLUSHALL");
        return timeRun([...cachectl, "warm", manifest, "-p", target, "--checkpoint", join(directory, "c")]);
      },
    ]);
    console.log(`\n${items} items into a cluster of 3 primaries`);
    console.log(row("cachectl warm", spread(seconds), "s"));
  } finally {
    await servers.stop();
  }
}

async function memory(directory: string, items: number): Promise<void> {
  const servers = new BenchServers();
  try {
    const port = await servers.redis(["--maxmemory", "1gb", "--maxmemory-policy", "allkeys-random"]);
    const { manifest } = await inputs(directory, items);
    // The server forgets what it gets, so that it does not need gigabytes itself: the client does all of its work.
    const timer = setInterval(() => void call(port, "FLUSHALL").catch(() => undefined), 1_000);
    const { megabytes, seconds } = await peakMemory(
      [...[...cachectl, "warm", manifest, "-p", `redis://127.0.0.1:${port}`, "--checkpoint", join(directory, "c")]],
      [0, 4],
    );
    clearInterval(timer);
    console.log(`\n${items} items: peak ${megabytes.toFixed(0)} MB, ${seconds.toFixed(1)} s`);
  } finally {
    await servers.stop();
  }
}

async function timePipe(port: number, protocol: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(redisProgram("redis-cli"), ["-p", String(port), "--pipe"], {
    stdio: [openSync(protocol, "r"), "ignore", "inherit"],
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`redis-cli --pipe ended with ${code}`);
  return (performance.now() - startedAt) / 1000;
}

/** What one writes by hand: read line by line, a pipeline of a thousand at a time. In this process, so without starting one. */
async function timeIoredis(port: number, rows: string): Promise<number> {
  const startedAt = performance.now();
  const redis = new Redis(port, "127.0.0.1");
  let pipeline = redis.pipeline();
  for await (const line of createInterface({ input: createReadStream(rows) })) {
    const { id } = JSON.parse(line) as { id: number };
    pipeline.set(`user:${id}`, line, "EX", 3600);
    if (pipeline.length < ioredisPipeline) continue;
    await pipeline.exec();
    pipeline = redis.pipeline();
  }
  await pipeline.exec();
  redis.disconnect();
  return (performance.now() - startedAt) / 1000;
}

async function call(port: number, ...command: [string, ...string[]]): Promise<unknown> {
  const connection = new RespConnection(port);
  try {
    return await connection.call(...command);
  } finally {
    connection.close();
  }
}
