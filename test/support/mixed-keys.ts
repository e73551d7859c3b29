import { hashSlot } from "../../src/model/hash-slot.js";
import { seededRandom } from "./key-page.js";
import type { RedisServer } from "./servers/index.js";

/** A key as the generator makes it. */
export interface MixedKey {
  name: string;
  /** The group that it is meant to be found in. */
  pattern: string;
  type: string;
  /** What makes it: one command, its arguments behind the name. */
  command: string;
  args: string[];
  elements: number | null;
  /** Null: it stays. */
  ttlSeconds: number | null;
}

/** Far from the ends of the ranges that the report counts by, so that a slow run changes nothing. */
const ttlsSeconds = [null, null, 1_800, 7_200, 40_000, 300_000, 1_000_000, 5_000_000];

/** How each type comes to a number of elements of the same size: MEMORY USAGE of a few is then that of all. */
const collections: Record<string, { command: string; element: (i: number) => string[] }> = {
  hash: { command: "HSET", element: (i) => [`field-${fixed(i)}`, `value-${fixed(i)}-of-the-field`] },
  list: { command: "RPUSH", element: (i) => [`an element of the list ${fixed(i)}`] },
  set: { command: "SADD", element: (i) => [`member-${fixed(i)}`] },
  zset: { command: "ZADD", element: (i) => [String(i + 0.5), `member-${fixed(i)}`] },
};

/**
 * Some 4,200 keys of every common type, the same for the same seed, named as applications name them: ids at the beginning, in
 * the middle and at the end, UUIDs, slugs, numbers, hash tags, several separators, and three hundred prefixes.
 */
export function mixedKeys(seed: number): MixedKey[] {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  const pick = (characters: string, length: number) =>
    many(length, () => characters[below(characters.length)]).join("");
  const word = (length: number) => pick("abcdefghijklmnopqrstuvwxyz", length);
  const uuid = () => [8, 4, 4, 4, 12].map((length) => pick("0123456789abcdef", length)).join("-");
  const words = many(30, () => word(5));
  const slug = () => many(2 + below(3), () => words[below(30)]).join("-");

  const anyTtl = () => ttlsSeconds[below(ttlsSeconds.length)] ?? null;
  const text = (name: string, pattern: string, bytes = 1 + below(400)): MixedKey => {
    const base = { name, pattern, type: "string", command: "SET", elements: null };
    return { ...base, args: ["x".repeat(bytes)], ttlSeconds: anyTtl() };
  };
  const collection = (type: string, name: string, pattern: string, elements: number): MixedKey => {
    const { command, element } = collections[type] ?? { command: "", element: () => [] };
    const args = many(elements, element).flat();
    return { name, pattern, type, command, args, elements, ttlSeconds: anyTtl() };
  };
  const owners = unique(many(300, () => word(8)));
  return [
    ...many(600, (i) => collection("hash", `user:${i}:profile`, "user:*:profile", 1 + below(12))),
    ...many(400, (i) => text(`user:${i}:name`, "user:*:name")),
    ...many(500, () => text(`session:${uuid()}`, "session:*")),
    ...many(300, (i) => collection("list", `cart:{${i}}:items`, "cart:{*}:items", 1 + below(20))),
    ...many(300, (i) => collection("set", `${10_000 + i}:order:lines`, "*:order:lines", 1 + below(20))),
    ...many(250, (i) => text(`user_${i}_flag`, "user_*_flag")),
    ...many(250, (i) => text(`img-${i}.jpg`, "img-*.jpg")),
    ...many(250, (i) => text(`page/${2020 + (i % 4)}/${i}`, "page/*/*")),
    ...unique(many(300, () => `product:${slug()}`)).map((name) => text(name, "product:*")),
    ...many(150, (i) => collection("zset", `{tenant${i % 3}}:board:${i}`, `{tenant${i % 3}}:board:*`, 1 + below(60))),
    ...owners.flatMap((owner) => many(4, () => text(`${owner}:obj:${below(1e9)}`, "*:obj:*"))),
    // Some that are over a hundredth of all bytes and keep their name, and thirty that are exactly as large as each other.
    ...many(6, (i) => collection("hash", `big:hash:${i}`, `big:hash:${i}`, 1_000 + 100 * i)),
    ...many(6, (i) => collection("zset", `big:zset:${i}`, `big:zset:${i}`, 1_000 + 90 * i)),
    ...many(30, (i) => ({ ...text(`same:${100 + i}`, "same:*", 9_000), ttlSeconds: null })),
  ];
}

/** Stores them where they belong: the primaries of a cluster have its slots dealt out evenly, in this order. */
export async function storeKeys(
  keys: readonly MixedKey[],
  servers: readonly RedisServer[],
  database = 0,
): Promise<void> {
  const connections = servers.map((server) => server.open());
  if (database !== 0) await Promise.all(connections.map((one) => one.call("SELECT", String(database))));
  const replies = keys.flatMap(({ name, command, args, ttlSeconds }) => {
    const slot = hashSlot(name);
    const connection = connections.findLast((_, at) => slot >= Math.floor((at * 16_384) / servers.length));
    if (connection === undefined) throw new Error(`no node for ${name}`);
    const made = connection.call(command, name, ...args);
    return ttlSeconds === null ? [made] : [made, connection.call("EXPIRE", name, String(ttlSeconds))];
  });
  await Promise.all(replies);
  for (const connection of connections) connection.close();
}

function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}

function fixed(i: number): string {
  return String(i).padStart(5, "0");
}
