/**
 * Where the keys of a command stand among its words, the command's name being word 0.
 *
 * `every`: from `first` to `last` (negative: counted from the end) by `step`, as COMMAND describes it. `counted`: word
 * `countAt` says how many keys follow it; `also` is a key before that. `streams`: the first half of what follows STREAMS.
 */
export type KeyPlaces =
  | { kind: "every"; first: number; last: number; step: number }
  | { kind: "counted"; countAt: number; step: number; also: number | null }
  | { kind: "streams" }
  | { kind: "none" };

/** By the command's name in any case. A command that is not known has its key where most have it: in its first argument. */
export function keyPlaces(command: string): KeyPlaces {
  return byName.get(command) ?? byName.get(command.toLowerCase()) ?? firstArgument;
}

const firstArgument: KeyPlaces = every(1, 1, 1);

function every(first: number, last: number, step: number): KeyPlaces {
  return { kind: "every", first, last, step };
}

function counted(countAt: number, also: number | null = null, step = 1): KeyPlaces {
  return { kind: "counted", countAt, step, also };
}

/** Source: the key specifications of https://redis.io/docs/latest/commands/, up to Redis 8.4 and Valkey 9. */
const places: readonly [KeyPlaces, string][] = [
  [every(1, -1, 1), "del exists mget pfcount pfmerge sdiff sdiffstore sinter sinterstore sunion sunionstore"],
  [every(1, -1, 1), "touch unlink watch"],
  [every(1, -1, 2), "mset msetnx"],
  [every(1, 2, 1), "blmove brpoplpush copy geosearchstore lcs lmove rename renamenx rpoplpush smove zrangestore"],
  [every(1, -2, 1), "blpop brpop bzpopmax bzpopmin json.mget"],
  [every(2, 2, 1), "memory object xgroup xinfo"],
  [every(2, -1, 1), "bitop"],
  [every(3, 3, 1), "migrate"],
  [counted(1), "lmpop sintercard zdiff zinter zintercard zmpop zunion"],
  [counted(2), "blmpop bzmpop"],
  [counted(2, 1), "zdiffstore zinterstore zunionstore"],
  [counted(1, null, 2), "msetex"],
  [{ kind: "streams" }, "xread xreadgroup"],
  // The calls that a script makes are lines of their own: its declared keys would count them twice.
  [{ kind: "none" }, "eval eval_ro evalsha evalsha_ro fcall fcall_ro function script"],
  [
    { kind: "none" },
    "acl asking auth bgrewriteaof bgsave client cluster command config dbsize debug discard echo exec",
  ],
  [{ kind: "none" }, "failover flushall flushdb hello hotkeys info keys lastsave latency lolwut module monitor multi"],
  [{ kind: "none" }, "ping psubscribe psync publish pubsub punsubscribe quit randomkey readonly readwrite replconf"],
  [{ kind: "none" }, "replicaof reset role save scan select shutdown slaveof slowlog spublish ssubscribe subscribe"],
  [{ kind: "none" }, "sunsubscribe swapdb sync time unsubscribe unwatch wait waitaof"],
];

const byName = new Map(places.flatMap(([place, names]) => names.split(" ").map((name) => [name, place] as const)));
