import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { MemcachedConnection } from "../test/support/servers/memcached-connection.js";
import { cachectl, inTurn, row, spread, timeRun } from "./measure.js";
import { BenchServers } from "./servers.js";

interface Client {
  set(key: string, value: string, options: { expires: number }): Promise<boolean>;
  close(): void;
}
const memjs = createRequire(import.meta.url)("memjs") as { Client: { create(servers: string): Client } };

/** As many as one who has noticed that the loop is slow sends at once. */
const memjsBatch = 100;

export interface WarmInputs {
  manifest: string;
  /** NDJSON, with an `id` in each row. */
  rows: string;
  checkpoint: string;
}

/** The same file into one Memcached, which is started anew for each run: cachectl, memjs one by one, and memjs a hundred at a time. */
export async function intoMemcached(
  { manifest, rows, checkpoint }: WarmInputs,
  items: number,
  runs: number,
): Promise<void> {
  const name = basename(manifest, ".yaml");
  const warm = (port: number) =>
    timeRun([...cachectl, "warm", manifest, "-p", `memcached://127.0.0.1:${port}`, "--checkpoint", checkpoint]);
  const [ours = [], oneByOne = [], batches = []] = await inTurn(runs, [
    () => intoEmpty(name, items, warm),
    () => intoEmpty(name, items, (port) => timeMemjs(port, rows, 1)),
    () => intoEmpty(name, items, (port) => timeMemjs(port, rows, memjsBatch)),
  ]);
  const faster = (other: readonly number[]) => spread(ours.map((seconds, i) => (other[i] ?? Number.NaN) / seconds));
  console.log(`\n${items} items of about 100 bytes with a TTL into one Memcached`);
  console.log(row("cachectl warm", spread(ours), "s"));
  console.log(row("memjs, await set in a loop", spread(oneByOne), "s"));
  console.log(row(`memjs, Promise.all of ${memjsBatch}`, spread(batches), "s"));
  console.log(row("faster than the loop by, run by run", faster(oneByOne), "×"));
  console.log(row(`faster than Promise.all of ${memjsBatch} by, run by run`, faster(batches), "×"));
}

async function intoEmpty(name: string, items: number, run: (port: number) => Promise<number>): Promise<number> {
  const servers = new BenchServers();
  try {
    const port = await servers.memcached(["-m", "4096"]);
    const seconds = await run(port);
    const connection = new MemcachedConnection(port);
    // Until it is asked for, the lock that has been given back counts as an item.
    await connection.send(`get cachectl:warm-lock:${name}`);
    const stored = Number(/STAT curr_items (\d+)/.exec(await connection.send("stats"))?.[1]);
    connection.close();
    if (stored !== items) throw new Error(`${stored} of ${items} items are there`);
    return seconds;
  } finally {
    await servers.stop();
  }
}

/** What one writes by hand: read line by line, so many `set` at once. In this process, so without starting one. */
async function timeMemjs(port: number, rows: string, atOnce: number): Promise<number> {
  const startedAt = performance.now();
  const client = memjs.Client.create(`127.0.0.1:${port}`);
  let waiting: Promise<boolean>[] = [];
  for await (const line of createInterface({ input: createReadStream(rows) })) {
    const { id } = JSON.parse(line) as { id: number };
    waiting.push(client.set(`user:${id}`, line, { expires: 3_600 }));
    if (waiting.length < atOnce) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  client.close();
  return (performance.now() - startedAt) / 1_000;
}
