import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { RespConnection } from "../test/support/servers/resp-connection.js";
import { cachectl, inMs, machine, onCore, row, spread, timeRun } from "./measure.js";
import { seed } from "./seed-keys.js";
import { BenchServers, redisProgram } from "./servers.js";

const tagSet = "tag:bench";
/** As on two machines: the tool that is measured takes no time from the server, nor from the reader. */
const serverCore = 0;
const toolCore = 1;

/** Of a million members, as the reference has it: the others expired. */
const livingShare = 0.7;

interface Tool {
  name: string;
  run(port: number): Promise<number>;
}

const script = `local members = redis.call('SMEMBERS', KEYS[1])
for i = 1, #members, 5000 do redis.call('UNLINK', unpack(members, i, math.min(i + 4999, #members))) end
return redis.call('UNLINK', KEYS[1])`;

const tools: Tool[] = [
  {
    name: "cachectl invalidate --tag",
    run: (port) => timeTool([...cachectl, "invalidate", "-p", `redis://127.0.0.1:${port}`, "--tag", "bench", "--json"]),
  },
  {
    name: "redis-cli SMEMBERS | xargs redis-cli UNLINK",
    run: (port) => {
      const cli = `${redisProgram("redis-cli")} -p ${port}`;
      const line = `${cli} SMEMBERS ${tagSet} | xargs -n 1000 ${cli} UNLINK > /dev/null && ${cli} UNLINK ${tagSet}`;
      return timeTool(["sh", "-c", line]);
    },
  },
  {
    name: "one EVAL over the whole set",
    run: (port) => timeTool([redisProgram("redis-cli"), "-p", String(port), "EVAL", script, "1", tagSet]),
  },
];

function timeTool(words: string[]): Promise<number> {
  return timeRun(onCore(toolCore, words));
}

interface Measured {
  seconds: number[];
  longestMs: number[];
  p99Ms: number[];
}

/**
 * `invalidate [members=1000000] [runs=3]`: a tag whose members are 70 % living keys, invalidated by each tool in turn on one
 * server, while another client reads. The server and the reader have one core, the tool another. bench/README.md says how it is measured.
 */
export async function bench(args: string[]): Promise<void> {
  const members = Number(args[0] ?? 1_000_000);
  const runs = Number(args[1] ?? 3);
  const version = spawnSync(redisProgram("redis-server"), ["--version"], { encoding: "utf8" }).stdout;
  console.log(`${machine()}; redis-server ${/v=([\d.]+)/.exec(version)?.[1] ?? "?"}`);
  const servers = new BenchServers();
  try {
    const port = await servers.redis(["--latency-monitor-threshold", "1"], undefined, serverCore);
    const server = new RespConnection(port);
    await server.call("SET", "reader", "v");
    const reader = await Reader.start(port);
    const measured = tools.map((): Measured => ({ seconds: [], longestMs: [], p99Ms: [] }));
    const idle: number[] = [];
    for (let run = 0; run < runs; run++) {
      for (const [i, tool] of tools.entries()) {
        await fill(port, members);
        await server.call("LATENCY", "RESET");
        await reader.p99();
        await wait(2_000);
        idle.push(await reader.p99());
        measured[i]?.seconds.push(await tool.run(port));
        measured[i]?.p99Ms.push(await reader.p99());
        measured[i]?.longestMs.push(await longestCommand(server));
        const left = Number(await server.call("DBSIZE"));
        if (left !== 1) throw new Error(`${tool.name} left ${left - 1} keys`);
      }
    }
    reader.stop();
    server.close();
    print(members, idle, measured);
  } finally {
    await servers.stop();
  }
}

function print(members: number, idle: readonly number[], measured: readonly Measured[]): void {
  const living = Math.round(members * livingShare);
  console.log(
    `a tag with ${members.toLocaleString("en-US")} members, ${living.toLocaleString("en-US")} of them living keys`,
  );
  const idleP99 = spread([...idle]);
  console.log(row("a reader's p99 while nothing else runs", inMs(idleP99), "µs"));
  for (const [i, { name }] of tools.entries()) {
    const { seconds = [], longestMs = [], p99Ms = [] } = measured[i] ?? {};
    console.log(row(name, spread(seconds), "s"));
    console.log(row("  longest command on the server", inMs(spread(longestMs.map((ms) => ms / 1000))), "ms"));
    console.log(row("  a reader's p99 meanwhile", inMs(spread(p99Ms)), "µs"));
    console.log(`  that is ${(spread(p99Ms).median / idleP99.median).toFixed(1)} times the idle one`);
  }
}

/** Milliseconds, whole ones as the server keeps them; 0: no command took one. EXEC counts as one command. */
async function longestCommand(server: RespConnection): Promise<number> {
  const latest = await server.call("LATENCY", "LATEST");
  const events = (Array.isArray(latest) ? latest : []).map((event) => (Array.isArray(event) ? event : []));
  return Math.max(0, ...events.filter(([name]) => /command$/.test(String(name))).map(([, , , worst]) => Number(worst)));
}

async function fill(port: number, members: number): Promise<void> {
  const living = Math.round(members * livingShare);
  await seed([port], living, (i) => ["SET", `page:${i}`, "v".repeat(100)]);
  const perCommand = 500;
  await seed([port], Math.ceil(members / perCommand), (i) => [
    "SADD",
    tagSet,
    ...Array.from({ length: Math.min(perCommand, members - i * perCommand) }, (_, k) => `page:${i * perCommand + k}`),
  ]);
}

class Reader {
  private constructor(private readonly child: ChildProcess) {}

  static async start(port: number): Promise<Reader> {
    const file = join(import.meta.dirname, "reader-process.mjs");
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    const [program = "", ...rest] = onCore(serverCore, [process.execPath, file, String(port)]);
    const child = spawn(program, rest, { stdio: [...stdio] });
    await once(child, "message");
    return new Reader(child);
  }

  /** Of what it read since it was asked last. Milliseconds. */
  async p99(): Promise<number> {
    const answered = once(this.child, "message");
    this.child.send("p99");
    const [took] = (await answered) as [number[]];
    return took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? Number.NaN;
  }

  stop(): void {
    this.child.disconnect();
  }
}
