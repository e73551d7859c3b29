import { ReplyError, type BulkReply } from "../../model/node-port.js";
import { jitteredTtlMs } from "../../model/jittered-ttl.js";
import { countFailure, type InvalidationRun } from "./invalidation-run.js";
import { failureText, isUnreached, type Words } from "./key-router.js";

/**
 * Deletes keys, or shortens their lives, at whoever owns them, and counts what became of each. Writes: UNLINK, or PEXPIRE LT.
 *
 * @returns the indexes of those that are certainly deleted, or were not there; empty where lives are shortened
 */
export async function actOnKeys(run: InvalidationRun, keys: readonly string[]): Promise<number[]> {
  if (keys.length === 0) return [];
  return run.action.kind === "stale" ? shorten(run, keys, run.action.seconds) : unlink(run, keys);
}

async function unlink(run: InvalidationRun, keys: readonly string[]): Promise<number[]> {
  const { router, counts } = run;
  if (!router.isCluster) {
    const first = keys[0] ?? "";
    const { reply } = await router.one(first, "UNLINK", ...keys);
    if (typeof reply === "number") {
      counts.deleted += reply;
      counts.gone += keys.length - reply;
      return keys.map((_, index) => index);
    }
    if (keys.length === 1 || isUnreached(reply) || router.givenUp !== null) return noneOf(run, reply, keys.length);
    // One key that this login may not touch refuses them all.
    const half = keys.length >> 1;
    const left = await unlink(run, keys.slice(0, half));
    const right = await unlink(run, keys.slice(half));
    return [...left, ...right.map((index) => index + half)];
  }
  const replies = await router.run(keys.map((key) => [key, ["UNLINK", key]] as const));
  return replies.flatMap((reply, index) => {
    if (typeof reply !== "number") return noneOf(run, reply, 1);
    if (reply > 0) counts.deleted++;
    else counts.gone++;
    return [index];
  });
}

/** `PEXPIRE key ms LT`, for servers that do not know LT: 0 where there is no such key, or it expires sooner. */
const shortenScript =
  "local t=redis.call('PTTL',KEYS[1]) if t==-1 or t>tonumber(ARGV[1]) then return redis.call('PEXPIRE',KEYS[1],ARGV[1]) end return 0";

async function shorten(run: InvalidationRun, keys: readonly string[], seconds: number): Promise<number[]> {
  const { router, counts } = run;
  const command = (key: string): Words => {
    const ms = String(jitteredTtlMs(key, seconds));
    return run.hasExpireLess ? ["PEXPIRE", key, ms, "LT"] : ["EVAL", shortenScript, "1", key, ms];
  };
  const replies = await router.run(keys.map((key) => [key, command(key)] as const));
  const unchanged: string[] = [];
  for (const [index, reply] of replies.entries()) {
    if (reply === 1) counts.staled++;
    else if (reply === 0) unchanged.push(keys[index] ?? "");
    else noneOf(run, reply, 1);
  }
  // 0 says that it was not there, or that it expires sooner anyway.
  for (const there of await exist(run, unchanged)) {
    if (there === true) counts.kept++;
    else if (there === false) counts.gone++;
  }
  return [];
}

/** Whether each key is there; null where nobody could say. Read-only. */
export async function exist({ router }: InvalidationRun, keys: readonly string[]): Promise<(boolean | null)[]> {
  if (keys.length === 0) return [];
  if (!router.isCluster && keys.length > 1) {
    // Nearly always none of them is there: one question for all of them.
    const { reply } = await router.one(keys[0] ?? "", "EXISTS", ...keys);
    if (reply === 0) return keys.map(() => false);
  }
  const replies = await router.run(keys.map((key) => [key, ["EXISTS", key]] as const));
  return replies.map((reply) => (typeof reply === "number" ? reply > 0 : null));
}

function noneOf(run: InvalidationRun, reply: BulkReply, keys: number): number[] {
  countFailure(run, reply instanceof ReplyError ? failureText(reply) : "the server answered with something else", keys);
  return [];
}
