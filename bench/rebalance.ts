import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatRanges, type SlotRange } from "../src/model/slot-ranges.js";
import { parseClusterNodes } from "../src/protocol/cluster-nodes.js";
import { LiveMover } from "../test/support/move-live.js";
import { RespConnection } from "../test/support/servers/resp-connection.js";
import { cachectl, inMs, machine, row, spread, timeRun } from "./measure.js";
import { PingBeside } from "./ping-beside.js";
import { seed } from "./seed-keys.js";
import { BenchServers, redisProgram, type GrowingNode } from "./servers.js";

const valueBytes = 100;
const value = "v".repeat(valueBytes);

/** redis-cli waits for some ten round trips for each of the 4,096 slots, whatever is in them: more keys would only take longer. */
const delayedKeys = 100_000;
const mostDelayedRuns = 3;

/**
 * `rebalance [keys=1000000] [runs=3] [delayed keys=100000] [loopback,delay,pairs]`: a node joins three primaries, and both tools level them, in turn and
 * on the same data, on loopback and with 1 ms of delay each way between clients and servers; then three nodes join, and one plan
 * is moved pair after pair and with its pairs at the same time. bench/README.md says how it is measured.
 */
export async function bench(args: string[]): Promise<void> {
  const keys = Number(args[0] ?? 1_000_000);
  const runs = Number(args[1] ?? 3);
  console.log(`${machine()}; ${versionOf("redis-server")}; ${versionOf("redis-cli")}`);
  const parts = (args[3] ?? "loopback,delay,pairs").split(",");
  if (parts.includes("loopback")) await besideRedisCli(keys, runs, 0);
  // A run of redis-cli takes minutes then; the delay is far larger than what runs differ by.
  if (parts.includes("delay"))
    await besideRedisCli(Number(args[2] ?? Math.min(keys, delayedKeys)), Math.min(runs, mostDelayedRuns), 1);
  if (parts.includes("pairs")) {
    await pairsTogether(keys, runs, 0);
    // On one machine all servers share its cores; a client that is farther away leaves them idle more often.
    await pairsTogether(Math.min(keys, delayedKeys), runs, 1);
  }
}

function wireText(delayMs: number): string {
  return delayMs === 0 ? "on loopback" : `with ${delayMs} ms of delay each way between clients and servers`;
}

interface Tool {
  name: string;
  line: (node: string) => string[];
}

const tools: Tool[] = [
  {
    name: "cachectl cluster rebalance",
    line: (node) => [...cachectl, "cluster", "rebalance", "-p", `redis+cluster://${node}`, "--include-empty", "--yes"],
  },
  { name: "redis-cli --cluster rebalance (pipeline 10)", line: (node) => redisCli(node, 10) },
  { name: "redis-cli --cluster rebalance (pipeline 100)", line: (node) => redisCli(node, 100) },
];

function redisCli(node: string, pipeline: number): string[] {
  const words = ["--cluster", "rebalance", node, "--cluster-use-empty-masters", "--cluster-pipeline", String(pipeline)];
  return [redisProgram("redis-cli"), ...words];
}

interface Measured {
  seconds: number[];
  keys: number[];
  stallMs: number[];
}

async function besideRedisCli(keys: number, runs: number, delayMs: number): Promise<void> {
  const servers = new BenchServers();
  const state = await mkdtemp(join(tmpdir(), "cachectl-bench-"));
  process.env["XDG_STATE_HOME"] = state;
  try {
    const nodes = await servers.growingCluster(3, 1, delayMs);
    await seed(
      nodes.slice(0, 3).map(({ port }) => port),
      keys,
      (i) => ["SET", `key:${i}`, value],
    );
    console.log(`\n3 primaries with ${grouped(keys)} keys of ${valueBytes} B ${wireText(delayMs)}, a fourth joins`);
    const results = await inTurns(nodes, runs, delayMs === 0);
    report(results);
  } finally {
    await servers.stop();
    await rm(state, { recursive: true, force: true });
  }
}

/** Each tool in turn from the same state, so that a drift of the machine's speed meets all. With `warmUp`, a first round does not count. */
async function inTurns(nodes: GrowingNode[], runs: number, warmUp: boolean): Promise<Measured[]> {
  const results = tools.map((): Measured => ({ seconds: [], keys: [], stallMs: [] }));
  const original = await ownSlots(nodes);
  for (let run = warmUp ? 0 : 1; run <= runs; run++)
    for (const [i, tool] of tools.entries()) {
      const ping = await PingBeside.start(nodes.map(({ port }) => port));
      const seconds = await timeRun(tool.line(`127.0.0.1:${nodes[0]?.clientPort ?? 0}`));
      const stallMs = await ping.stop();
      const keys = await keysOn(nodes[3]);
      console.error(`  round ${run}, ${tool.name}: ${seconds.toFixed(2)} s`);
      await checkLevel(nodes, tool.name);
      await putBack(nodes, original);
      if (run === 0) continue;
      results[i]?.seconds.push(seconds);
      results[i]?.keys.push(keys);
      results[i]?.stallMs.push(stallMs);
    }
  return results;
}

function report(results: Measured[]): void {
  for (const [i, { seconds, keys, stallMs }] of results.entries()) {
    const rates = seconds.map((took, run) => (keys[run] ?? 0) / took);
    const perSecond = spread(rates).median;
    console.log(row(tools[i]?.name ?? "", spread(seconds), "s"));
    console.log(
      `  ${grouped(perSecond)} keys/s, ${(perSecond * valueBytes * 1e-6).toFixed(1)} MB/s of values; ` +
        `longest server stall: median ${spread(stallMs).median.toFixed(0)} ms, worst ${spread(stallMs).max.toFixed(0)} ms`,
    );
  }
  const [own] = results;
  for (const [i, { seconds }] of results.entries()) {
    if (i === 0) continue;
    const ratios = seconds.map((took, run) => took / (own?.seconds[run] ?? Number.NaN));
    console.log(row(`${tools[i]?.name ?? ""}: times ours`, spread(ratios), "×"));
  }
}

async function pairsTogether(keys: number, runs: number, delayMs: number): Promise<void> {
  const servers = new BenchServers();
  try {
    const nodes = await servers.growingCluster(3, 3, delayMs);
    const owners = nodes.slice(0, 3);
    await seed(
      owners.map(({ port }) => port),
      keys,
      (i) => ["SET", `key:${i}`, value],
    );
    console.log(
      `\n3 primaries with ${grouped(keys)} keys become 6 ${wireText(delayMs)}: three pairs, one after another and at the same time`,
    );
    const mover = await LiveMover.open(nodes.map(({ clientPort }) => at(clientPort)));
    try {
      const there = owners.map(({ clientPort }, i) => {
        const first = Math.floor((i * 16_384) / 3);
        const slots: SlotRange[] = [[first, first + 2_730]];
        return { from: at(clientPort), to: at(nodes[3 + i]?.clientPort ?? 0), slots };
      });
      const back = there.map(({ from, to, slots }) => ({ from: to, to: from, slots }));
      const [serial, parallel]: [number[], number[]] = [[], []];
      const empty: number[] = [];
      const oneByOne = async () => {
        let seconds = 0;
        for (const pair of there) seconds += await moved(mover, [pair]);
        await moved(mover, back);
        return seconds;
      };
      const together = async () => {
        const seconds = await moved(mover, there);
        await moved(mover, back);
        return seconds;
      };
      for (let run = 0; run <= runs; run++) {
        // First one way, then the other: a machine that slows down must not favour either.
        const first = run % 2 === 0;
        const [a, b] = first ? [await oneByOne(), await together()] : [await together(), await oneByOne()];
        const idle = await moved(mover, []);
        if (run === 0) continue;
        serial.push(first ? a : b);
        parallel.push(first ? b : a);
        empty.push(idle);
      }
      console.log(row("pairs one after another", spread(serial), "s"));
      console.log(row("pairs at the same time", spread(parallel), "s"));
      const ratios = serial.map((seconds, i) => seconds / (parallel[i] ?? Number.NaN));
      console.log(row("gain", spread(ratios), "×"));
      // One after another pays for it three times: it must be small beside the rest.
      console.log(row("a call that moves nothing", inMs(spread(empty)), "ms"));
    } finally {
      mover.close();
    }
  } finally {
    await servers.stop();
  }
}

function at(port: number): { host: string; port: number } {
  return { host: "127.0.0.1", port };
}

async function moved(mover: LiveMover, moves: Parameters<LiveMover["move"]>[0]): Promise<number> {
  const result = await mover.move(moves);
  if (result.notMoved.length > 0) throw new Error(`not moved: ${result.notMoved[0]?.reason ?? ""}`);
  return result.seconds;
}

/** What each node calls its own. */
async function ownSlots(nodes: GrowingNode[]): Promise<SlotRange[][]> {
  return Promise.all(
    nodes.map(({ port }) =>
      asked(port, async (redis) => {
        const view = parseClusterNodes(String(await redis.call("CLUSTER", "NODES")));
        return view.nodes.find(({ myself }) => myself)?.slots ?? [];
      }),
    ),
  );
}

/** Every run begins with the same owners: what the fourth took goes back to where it was. */
async function putBack(nodes: GrowingNode[], original: SlotRange[][]): Promise<void> {
  const taken = (await ownSlots(nodes))[3] ?? [];
  const seedNode = `redis+cluster://127.0.0.1:${nodes[0]?.clientPort ?? 0}`;
  for (const [i, ranges] of original.entries()) {
    const own = intersect(taken, ranges);
    if (own.length === 0) continue;
    const ends = ["--from", `127.0.0.1:${nodes[3]?.clientPort ?? 0}`, "--to", `127.0.0.1:${nodes[i]?.clientPort ?? 0}`];
    const words = ["cluster", "reshard", "-p", seedNode, ...ends, "--slot-ranges", formatRanges(own), "--yes"];
    await timeRun([...cachectl, ...words]);
  }
}

function intersect(a: SlotRange[], b: SlotRange[]): SlotRange[] {
  return a.flatMap(([first, last]) =>
    b.flatMap(([from, to]): SlotRange[] => {
      const range: SlotRange = [Math.max(first, from), Math.min(last, to)];
      return range[0] <= range[1] ? [range] : [];
    }),
  );
}

async function checkLevel(nodes: GrowingNode[], who: string): Promise<void> {
  const counts = (await ownSlots(nodes)).map((ranges) =>
    ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0),
  );
  if (counts.some((count) => Math.abs(count - 4096) > 1)) throw new Error(`${who} left ${counts.join(", ")} slots`);
}

async function keysOn(node: GrowingNode | undefined): Promise<number> {
  return asked(node?.port ?? 0, async (redis) => Number(await redis.call("DBSIZE")));
}

async function asked<T>(port: number, ask: (redis: RespConnection) => Promise<T>): Promise<T> {
  const redis = new RespConnection(port);
  try {
    return await ask(redis);
  } finally {
    redis.close();
  }
}

function versionOf(program: "redis-server" | "redis-cli"): string {
  return (
    spawnSync(redisProgram(program), ["--version"], { encoding: "utf8" }).stdout.split("\n", 1)[0]?.slice(0, 60) ?? "?"
  );
}

function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}
