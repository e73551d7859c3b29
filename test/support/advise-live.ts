import { adviseEviction } from "../../src/analyze/eviction/advise-eviction.js";
import { sampleKeys } from "../../src/collect/keyspace/sample-keys.js";
import { observeTarget } from "../../src/collect/observe-target.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { EvictionAdvice } from "../../src/model/eviction-advice.js";
import type { KeySample } from "../../src/model/key-sample.js";
import type { Profile } from "../../src/model/profile.js";
import { liveProfile } from "./live.js";
import type { RedisServer } from "./servers/index.js";

interface AdviseOptions {
  role?: Profile["identity"]["role"];
  limitKeys?: number;
  username?: string;
  password?: string;
  kind?: Profile["kind"];
  /** Happens within the sample window. */
  during?: () => Promise<void>;
}

/** What `cachectl evict-policy recommend` says of a real server. */
export async function adviseLive(
  server: RedisServer,
  { role = "cache", limitKeys = 100_000, during, ...login }: AdviseOptions = {},
): Promise<{ advice: EvictionAdvice; sample: KeySample }> {
  const profile = liveProfile([server], { ...login, identity: { role } });
  const fleet = await openFleet(profile, new AbortController().signal);
  let happening: Promise<void> | undefined;
  const clock = {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: async (ms: number) => {
      happening ??= during?.();
      await Promise.all([new Promise((resolve) => setTimeout(resolve, ms)), happening]);
    },
  };
  try {
    const observed = await observeTarget(fleet, profile.identity, 100, clock);
    const deps = { clock, stopped: () => false };
    const sample = await sampleKeys(fleet, observed, { limitKeys, maxLatencyMs: 10_000 }, deps);
    return { advice: adviseEviction(observed, sample), sample };
  } finally {
    fleet.close();
  }
}

/** Writes `count` keys of a thousand bytes that were last used so long ago; `ttlSeconds` 0: none. */
export async function writeAged(
  server: RedisServer,
  prefix: string,
  { count, idleSeconds, ttlSeconds }: { count: number; idleSeconds: number; ttlSeconds: number },
): Promise<void> {
  const script = `
    redis.call('SET', 'seed', string.rep('x', 1000))
    local dump = redis.call('DUMP', 'seed')
    redis.call('DEL', 'seed')
    for i = 1, ARGV[2] do
      redis.call('RESTORE', ARGV[1] .. i, ARGV[4] * 1000, dump, 'REPLACE', 'IDLETIME', ARGV[3])
    end`;
  await server.call("EVAL", script, "0", prefix, `${count}`, `${idleSeconds}`, `${ttlSeconds}`);
}
