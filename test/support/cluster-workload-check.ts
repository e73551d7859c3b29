import type { Held, Ledger } from "./cluster-workload-ledger.js";
import { connectTo } from "./cluster-workload.js";
import type { RedisServer } from "./servers/index.js";

/** Of one pipeline. */
const batchKeys = 500;

/**
 * Reads back every key of the account: through a cluster client, and from each primary by itself, since a key that stands on
 * two of them looks right through a client. Sentences; none when all holds.
 */
export async function differencesFrom(ledger: Ledger, members: RedisServer[]): Promise<string[]> {
  return [...(await asClientsSee(ledger, members)), ...(await asPrimariesHold(ledger, members))];
}

async function asClientsSee(ledger: Ledger, members: RedisServer[]): Promise<string[]> {
  const client = connectTo(members);
  try {
    const read = (key: string) => {
      const [command, ...args] = reading(key);
      return client.call(command, args);
    };
    return await compared(ledger, ledger.keys, read, "a cluster client sees that");
  } finally {
    client.disconnect();
  }
}

async function asPrimariesHold(ledger: Ledger, members: RedisServer[]): Promise<string[]> {
  const holders = new Map<string, string[]>(ledger.keys.map((key) => [key, []]));
  const differences: string[] = [];
  for (const member of members) {
    if (!(await isPrimary(member))) continue;
    const keys = (await keysOf(member)).filter((key) => holders.has(key));
    for (const key of keys) holders.get(key)?.push(member.address);
    const read = (key: string) => member.call(...reading(key));
    differences.push(...(await compared(ledger, keys, read, `on ${member.address}`)));
  }
  for (const [key, addresses] of holders) {
    if (addresses.length > 1) differences.push(`${JSON.stringify(key)} stands on ${addresses.join(" and ")}`);
    // A key that no primary holds was removed, or it is lost.
    const lost = addresses.length === 0 ? ledger.difference(key, null) : null;
    if (lost !== null) differences.push(`on no primary: ${lost}`);
  }
  return differences;
}

async function compared(
  ledger: Ledger,
  keys: string[],
  read: (key: string) => Promise<unknown>,
  where: string,
): Promise<string[]> {
  const differences: string[] = [];
  for (let first = 0; first < keys.length; first += batchKeys) {
    const batch = keys.slice(first, first + batchKeys);
    const found = await Promise.all(batch.map(async (key) => [key, await held(read, key)] as const));
    for (const [key, value] of found) {
      const difference = value instanceof Error ? `${key}: ${value.message}` : ledger.difference(key, value);
      if (difference !== null) differences.push(`${where}: ${difference}`);
    }
  }
  return differences;
}

/** An empty list is no key. An error is a difference too: a primary that holds a key of a slot it does not own says MOVED. */
async function held(read: (key: string) => Promise<unknown>, key: string): Promise<Held | Error> {
  try {
    const answer = (await read(key)) as Held;
    return typeof answer === "object" && answer?.length === 0 ? null : answer;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function reading(key: string): [string, ...string[]] {
  return key.startsWith("list:") ? ["LRANGE", key, "0", "-1"] : ["GET", key];
}

export async function isPrimary(member: RedisServer): Promise<boolean> {
  const role = await member.call("ROLE");
  return Array.isArray(role) && role[0] === "master";
}

async function keysOf(member: RedisServer): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const [next, page] = (await member.call("SCAN", cursor, "COUNT", "1000")) as [string, string[]];
    for (const key of page) keys.add(key);
    cursor = next;
  } while (cursor !== "0");
  return [...keys];
}
