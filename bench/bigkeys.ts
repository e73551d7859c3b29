import { spawnSync } from "node:child_process";
import { prepareRawScan } from "./raw-scan.js";
import { cachectl, inTurn, machine, row, spread, timeRun } from "./measure.js";
import { mixedKeys, seed } from "./seed-keys.js";
import { BenchServers, redisProgram } from "./servers.js";
import { RespConnection } from "../test/support/servers/resp-connection.js";

/** What redis-cli needs three or four round trips for each ten keys for: more keys would only take longer. */
const delayedIncumbentKeys = 20_000;

/** Where a cluster's nodes are compared, the wire is to be the limit and not the processors of this machine. */
const clusterDelayMs = 25;
const clusterKeysPerNode = 100_000;

/**
 * `bigkeys [keys=1000000] [runs=3] [loopback,delay,cluster]`: against redis-cli on loopback and with 1 ms of delay each way, then one
 * node against six. On loopback also against what the server allows at best.
 * With REDIS_BIN=<directory> of another release than the PATH's; --keystats needs a redis-cli 8.0.
 */
export async function bench(args: string[]): Promise<void> {
  const keys = Number(args[0] ?? 1_000_000);
  const runs = Number(args[1] ?? 3);
  console.log(`${machine()}; ${versionOf("redis-server")}; ${versionOf("redis-cli")}`);
  const parts = (args[2] ?? "loopback,delay,cluster").split(",");
  if (parts.includes("loopback")) await onLoopback(keys, runs);
  if (parts.includes("delay")) await withDelay(keys, runs);
  if (parts.includes("cluster")) await inCluster(runs);
}

async function onLoopback(keys: number, runs: number): Promise<void> {
  const servers = new BenchServers();
  try {
    const port = await servers.redis();
    await seed([port], keys, mixedKeys);
    console.log(`\n${grouped(keys)} keys on loopback`);
    await compare(runs, { port, keys }, { port, keys }, [
      { label: "a socket that counts lines", run: await prepareRawScan(port) },
    ]);
  } finally {
    await servers.stop();
  }
}

async function withDelay(keys: number, runs: number): Promise<void> {
  const servers = new BenchServers();
  try {
    const [port, incumbentPort] = [await servers.redis(), await servers.redis()];
    await seed([port], keys, mixedKeys);
    await seed([incumbentPort], delayedIncumbentKeys, mixedKeys);
    const ours = { port: await servers.delayed(port, 1), keys };
    const theirs = { port: await servers.delayed(incumbentPort, 1), keys: delayedIncumbentKeys };
    const roundTripMs = await medianPing(theirs.port);
    const sizes = `${grouped(ours.keys)} keys for cachectl, ${grouped(theirs.keys)} for redis-cli`;
    console.log(`\n1 ms of delay each way (a PING takes ${roundTripMs.toFixed(1)} ms): ${sizes}`);
    await compare(runs, ours, theirs);
  } finally {
    await servers.stop();
  }
}

interface Keyspace {
  port: number;
  keys: number;
}

interface Competitor {
  label: string;
  run: () => Promise<number>;
}

/** Keys a second, and by how much cachectl's rate is higher, run by run. @param more run on our server, beside redis-cli */
async function compare(runs: number, ours: Keyspace, theirs: Keyspace, more: Competitor[] = []): Promise<void> {
  const command = [...cachectl, "bigkeys", `redis://127.0.0.1:${ours.port}`, "--json"];
  const redisCli = [redisProgram("redis-cli"), "-p", String(theirs.port)];
  const others = [
    ...["--bigkeys", "--memkeys", ...(knowsKeystats() ? ["--keystats"] : [])].map((option) => ({
      ...{ label: `redis-cli ${option}`, keys: theirs.keys },
      run: () => timeRun([...redisCli, option]),
    })),
    ...more.map((competitor) => ({ ...competitor, keys: ours.keys })),
  ];
  const [own = [], ...seconds] = await inTurn(runs, [() => timeRun(command), ...others.map(({ run }) => run)]);
  printRate("cachectl bigkeys --json", own, ours.keys);
  for (const [i, { label, keys }] of others.entries()) {
    printRate(label, seconds[i] ?? [], keys);
    const ratios = (seconds[i] ?? []).map((value, run) => value / keys / ((own[run] ?? Number.NaN) / ours.keys));
    console.log(row("  cachectl's rate is, run by run, times that", spread(ratios), "×"));
  }
}

/** One node and six, each behind the same delay. */
async function inCluster(runs: number): Promise<void> {
  const servers = new BenchServers();
  try {
    console.log(`\na cluster, ${grouped(clusterKeysPerNode)} keys a node, ${clusterDelayMs} ms of delay each way`);
    const sizes = [1, 6];
    const rates: number[] = [];
    const programs = await Promise.all(sizes.map((count) => clusterScan(servers, count)));
    const seconds = await inTurn(runs, programs);
    for (const [i, count] of sizes.entries()) {
      printRate(
        `cachectl bigkeys, ${count} ${count === 1 ? "node" : "nodes"}`,
        seconds[i] ?? [],
        count * clusterKeysPerNode,
      );
      rates.push((count * clusterKeysPerNode) / spread(seconds[i] ?? []).median);
    }
    console.log(
      `six nodes together: ${((rates[1] ?? Number.NaN) / (rates[0] ?? Number.NaN)).toFixed(2)} times the rate of one`,
    );
  } finally {
    await servers.stop();
  }
}

async function clusterScan(servers: BenchServers, count: number): Promise<() => Promise<number>> {
  const { ports, seedPort } = await servers.delayedCluster(count, clusterDelayMs);
  await seed(ports, count * clusterKeysPerNode, mixedKeys);
  return () => timeRun([...cachectl, "bigkeys", `redis+cluster://127.0.0.1:${seedPort}`, "--json"]);
}

function printRate(label: string, seconds: number[], keys: number): void {
  const rate = keys / spread(seconds).median;
  console.log(`${row(label, spread(seconds), "s")}  ${grouped(Math.round(rate)).padStart(9)} keys/s`);
}

async function medianPing(port: number): Promise<number> {
  const connection = new RespConnection(port);
  const times: number[] = [];
  for (let i = 0; i < 101; i++) {
    const startedAt = performance.now();
    await connection.call("PING");
    times.push(performance.now() - startedAt);
  }
  connection.close();
  return spread(times).median;
}

function knowsKeystats(): boolean {
  const { stdout, stderr } = spawnSync(redisProgram("redis-cli"), ["--help"], { encoding: "utf8" });
  return (stdout + stderr).includes("--keystats");
}

function versionOf(program: "redis-server" | "redis-cli"): string {
  const { stdout } = spawnSync(redisProgram(program), ["--version"], { encoding: "utf8" });
  return `${program} ${/(?:v=|redis-cli )([\d.]+)/.exec(stdout)?.[1] ?? "?"}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
