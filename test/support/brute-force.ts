import type { Reply } from "../../src/model/node-port.js";
import type { RedisServer } from "./servers/index.js";

/** What the server says of one key, asked for it alone. */
export interface AskedKey {
  node: string;
  database: number;
  name: string;
  type: string;
  /** MEMORY USAGE with 5 samples, which the sums are made of, and with 1,000, which the lists show. */
  bytes: number;
  closeBytes: number;
  elements: number | null;
  /** -1: none. */
  ttlMs: number;
}

/** Within the server, so that some thousand keys take no time. Names are plain ASCII in these tests. */
const script = `
  local count = { hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN' }
  local rows = {}
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local type = redis.call('TYPE', key).ok
    table.insert(rows, { key, type, redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '5'),
      redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '1000'), count[type] and redis.call(count[type], key) or -1,
      redis.call('PTTL', key) })
  end
  return rows`;

/** Every key of these servers and databases. Touches them all. */
export async function askEveryKey(servers: readonly RedisServer[], databases = [0]): Promise<AskedKey[]> {
  const asked: AskedKey[] = [];
  for (const server of servers) {
    const connection = server.open();
    for (const database of databases) {
      if (databases.length > 1) await connection.call("SELECT", String(database));
      const rows = (await connection.call("EVAL", script, "0")) as Reply[][];
      for (const [name, type, bytes, closeBytes, elements, ttlMs] of rows)
        asked.push({
          node: server.address,
          database,
          name: String(name),
          type: String(type),
          bytes: Number(bytes),
          closeBytes: Number(closeBytes),
          elements: elements === -1 ? null : Number(elements),
          ttlMs: Number(ttlMs),
        });
    }
    connection.close();
  }
  return asked;
}

/** The slot of each of these names, by the word of a member of the cluster. */
export async function askSlots(member: RedisServer, names: readonly string[]): Promise<Map<string, number>> {
  const slots = await Promise.all(names.map((name) => member.call("CLUSTER", "KEYSLOT", name)));
  return new Map(names.map((name, i) => [name, Number(slots[i])]));
}

/** Largest first; of equal ones the lesser name, then node, then database. */
export function largestBy(keys: readonly AskedKey[], by: "closeBytes" | "elements"): AskedKey[] {
  const order = (a: AskedKey, b: AskedKey) =>
    (b[by] ?? 0) - (a[by] ?? 0) || textOrder(a.name, b.name) || textOrder(a.node, b.node) || a.database - b.database;
  return keys.filter((key) => key[by] !== null).sort(order);
}

export function totalOf(keys: readonly AskedKey[]): number {
  return keys.reduce((sum, { bytes }) => sum + bytes, 0);
}

function textOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
