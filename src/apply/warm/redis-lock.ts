import { CachectlError } from "../../model/errors.js";
import { ReplyError, type BulkReply } from "../../model/node-port.js";
import { encodeCommand } from "../../protocol/resp.js";
import { NoAnswer, type Patience } from "./no-answer.js";
import { RedisSending } from "./redis-sending.js";
import type { RedisRoutes } from "./redis-routes.js";
import type { LockStore } from "./run-lock.js";

const dropPatienceMs = 2_000;

// Compared and changed in one step: a lock that ran out in this very moment may be another's by now.
const renewScript = `local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const dropScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** The lock as a key of Redis or Valkey, which it follows through failovers and slot moves. */
export function redisLockStore(routes: RedisRoutes, patience: Patience, key: string): LockStore {
  const call = (...command: [string, ...string[]]) => callWith(patience, ...command);
  const callWith = async (patient: Patience, ...command: [string, ...string[]]): Promise<BulkReply> => {
    const sending = new RedisSending(routes, patient, 1);
    sending.add(key, encodeCommand(...command), 0, 1);
    const [answer = null] = await sending.run();
    if (answer instanceof NoAnswer) throw notTaken(key, answer.reason);
    if (answer instanceof ReplyError) throw notTaken(key, answer.text);
    return answer;
  };
  // It runs out by itself; until then the report would have to wait.
  const atTheEnd = { ...patience, patienceMs: Math.min(patience.patienceMs, dropPatienceMs) };
  return {
    // A try that got lost on the way may have taken it: its own token says so.
    take: async (token, ttlMs) =>
      (await call("SET", key, token, "NX", "PX", String(ttlMs))) === "OK" || (await call("GET", key)) === token,
    renew: async (token, ttlMs) => (await call("EVAL", renewScript, "1", key, token, String(ttlMs))) === 1,
    drop: async (token) => {
      await callWith(atTheEnd, "EVAL", dropScript, "1", key, token);
    },
    look: async () => {
      const [token, leftMs] = [await call("GET", key), await call("PTTL", key)];
      return {
        token: typeof token === "string" ? token : null,
        leftMs: typeof leftMs === "number" && leftMs > 0 ? leftMs : null,
      };
    },
  };
}

function notTaken(key: string, text: string): CachectlError {
  return new CachectlError(
    "unreached",
    "lock-not-taken",
    `the lock of this warm-up (the key ${key}) cannot be taken or renewed: ${text}`,
    "Mend what the message names, or add --no-lock where no other host runs the same job.",
  );
}
