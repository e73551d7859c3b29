import type { DemoDeps, DemoMemcached, DemoRedis } from "./demo-deps.js";
import { DemoInterrupted } from "./demo-error.js";
import type { FleetAddresses } from "./fleet-addresses.js";
import { withConnections } from "./with-connections.js";

/** Commands for one key, whose name is the second word of each. */
export interface SeedItem {
  key: string;
  commands: string[][];
}

// Few enough in flight to bound memory, many enough that round trips do not count.
const batchSize = 500;

/** Fills cluster, Sentinel primary and Memcached with some thousand keys such as a web shop has. Writes. */
export async function seedFleet(addresses: FleetAddresses, deps: DemoDeps): Promise<void> {
  await Promise.all([
    seedCluster(addresses, deps),
    seedCatalog(addresses, deps),
    seedMemcached(addresses.memcached.small, deps),
    seedMemcached(addresses.memcached.roomy, deps),
  ]);
}

/** What lives in the cluster: short-lived data of visitors, and a queue. */
export function visitorItems(): SeedItem[] {
  const items: SeedItem[] = [];
  for (let i = 0; i < 2_500; i++)
    items.push(hash(`session:${token(i)}`, { user: `${i}`, csrf: token(i * 7), cart: `${i % 9}` }, 1_800 + (i % 600)));
  for (let i = 0; i < 1_200; i++)
    items.push(hash(`cart:${i}`, { [`sku-${i % 97}`]: "1", [`sku-${i % 89}`]: `${i % 5}` }, 86_400 + i));
  for (let i = 0; i < 800; i++) items.push(text(`fragment:product:${i}`, "<li>".padEnd(400 + (i % 7) * 300, "x"), 600));
  for (let i = 0; i < 600; i++) items.push(text(`ratelimit:203.0.113.${i % 250}:${i}`, `${i % 60}`, 3_600));
  for (let i = 0; i < 40; i++) items.push(text(`lock:order:${9_000 + i}`, token(i), 1_200));
  items.push(queue("queue:mail", 2_000), leaderboard("leaderboard:sellers", 3_000));
  return items;
}

/** What lives behind the sentinels: reference data that nobody gave a TTL, and very few locks that have one. */
export function catalogItems(): SeedItem[] {
  const items: SeedItem[] = [];
  for (let i = 0; i < 3_000; i++) items.push(text(`product:${i}`, productJson(i)));
  for (let i = 0; i < 1_000; i++)
    items.push(
      hash(`user:${i}`, { name: `User ${i}`, mail: `user${i}@shop.example`, plan: i % 9 === 0 ? "gold" : "free" }),
    );
  for (let i = 0; i < 60; i++) items.push(text(`flag:feature-${i}`, i % 3 === 0 ? "on" : "off"));
  for (let i = 0; i < 30; i++) items.push(text(`lock:import:${i}`, token(i), 3_600));
  items.push(leaderboard("leaderboard:bestsellers", 2_000));
  return items;
}

async function seedCluster({ cluster }: FleetAddresses, deps: DemoDeps): Promise<void> {
  await withConnections(cluster.primaries, deps, async (connections) => {
    const [first] = connections;
    if (first === undefined) return;
    const items = visitorItems();
    const slots = await inBatches(items, deps, ({ key }) => first.call("CLUSTER", "KEYSLOT", key));
    // `form-cluster` gave every primary an equal part, in order.
    const owner = (i: number) => connections[Math.floor((Number(slots[i]) * connections.length) / 16_384)] ?? first;
    await inBatches(items, deps, (item, i) => write(item, owner(i)));
  });
}

async function seedCatalog({ sentinel }: FleetAddresses, deps: DemoDeps): Promise<void> {
  await withConnections([sentinel.primary], deps, async ([connection]) => {
    if (connection !== undefined) await inBatches(catalogItems(), deps, (item) => write(item, connection));
  });
}

async function seedMemcached(address: FleetAddresses["memcached"]["small"], deps: DemoDeps): Promise<void> {
  const connection: DemoMemcached = await deps.openMemcached(address);
  try {
    const keys = Array.from({ length: 1_000 }, (_, i) => i);
    await inBatches(keys, deps, (i) => connection.send(memcachedSet(`page:${i}`, 200 + (i % 5) * 100)));
  } finally {
    connection.close();
  }
}

/** A `set` of that many bytes with a TTL of an hour. */
export function memcachedSet(key: string, bytes: number): string {
  return `set ${key} 0 3600 ${bytes}\r\n${"x".repeat(bytes)}`;
}

async function write({ commands }: SeedItem, connection: DemoRedis): Promise<void> {
  await Promise.all(commands.map(([command = "", ...args]) => connection.call(command, ...args)));
}

async function inBatches<T, R>(
  items: readonly T[],
  { signal }: Pick<DemoDeps, "signal">,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    if (signal.aborted) throw new DemoInterrupted();
    const batch = items.slice(start, start + batchSize);
    results.push(...(await Promise.all(batch.map((item, i) => work(item, start + i)))));
  }
  return results;
}

function text(key: string, value: string, ttlSeconds?: number): SeedItem {
  return { key, commands: [["SET", key, value, ...(ttlSeconds === undefined ? [] : ["EX", String(ttlSeconds)])]] };
}

function hash(key: string, fields: Record<string, string>, ttlSeconds?: number): SeedItem {
  const commands = [["HSET", key, ...Object.entries(fields).flat()]];
  if (ttlSeconds !== undefined) commands.push(["EXPIRE", key, String(ttlSeconds)]);
  return { key, commands };
}

function queue(key: string, length: number): SeedItem {
  const jobs = Array.from({ length }, (_, i) => JSON.stringify({ to: `user${i}@shop.example`, template: "order" }));
  return { key, commands: [["RPUSH", key, ...jobs]] };
}

function leaderboard(key: string, length: number): SeedItem {
  const scores = Array.from({ length }, (_, i) => [String((i * 7_919) % 100_003), `member-${i}`]).flat();
  return { key, commands: [["ZADD", key, ...scores]] };
}

function productJson(i: number): string {
  const description = "A thing that people want. ".repeat(1 + (i % 12));
  return JSON.stringify({ sku: `sku-${i}`, priceCents: 100 + ((i * 37) % 9_900), stock: i % 40, description });
}

/** Looks random, and is the same on every run. */
function token(i: number): string {
  return ((i * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, "0");
}
