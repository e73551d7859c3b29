import {
  evictionPolicies,
  policySetting,
  redisSettings,
  type EvictionSettings,
} from "../../model/eviction-settings.js";
import { didYouMean } from "../../model/nearest.js";
import type { PlanRefusal } from "../../model/slot-plan.js";
import { refuse } from "../refuse.js";

/** What was asked for, by the kind of server that has the setting. Values as the user wrote them, maxmemory in bytes. */
export interface EvictionRequest {
  redis: EvictionSettings;
  memcached: EvictionSettings;
}

/** The wanted settings in their canonical form, or why they cannot be: no server was asked for it. Pure. */
export function checkRequest(
  { redis, memcached }: EvictionRequest,
  family: "redis" | "memcached",
): EvictionSettings | PlanRefusal {
  const [wanted, others] = family === "redis" ? [redis, memcached] : [memcached, redis];
  const strange = Object.keys(others);
  if (strange.length > 0)
    return family === "redis"
      ? refuse("not-memcached", `${strange.join(", ")} is of Memcached, and this target is not.`, redisWays)
      : refuse("memcached-has-no-policy", `Memcached has no ${strange.join(", ")}.`, memcachedWays);
  if (Object.keys(wanted).length === 0)
    return refuse("nothing-to-set", "no setting was named.", family === "redis" ? redisWays : memcachedWays);
  return family === "redis" ? checkRedis(wanted) : checkMemcached(wanted);
}

const redisWays = "Name a policy, or one of --maxmemory, --samples, --tenacity, --lfu-log-factor and --lfu-decay-time.";
const memcachedWays = "Use --lru-mode, --lru-tune, --temp-ttl, --slabs-automove or --lru-crawler.";

function checkRedis(wanted: EvictionSettings): EvictionSettings | PlanRefusal {
  for (const [name, value] of Object.entries(wanted)) {
    if (name === policySetting) {
      if (evictionPolicies[value] === undefined) return unknownPolicy(value);
      continue;
    }
    const range = redisSettings[name];
    const number = Number(value);
    if (range !== undefined && (!/^\d+$/.test(value) || number < range.least || number > range.most))
      return outOfRange(name, value, `${range.least} to ${range.most}`);
  }
  return wanted;
}

function unknownPolicy(policy: string): PlanRefusal {
  const names = Object.keys(evictionPolicies);
  return refuse(
    "unknown-policy",
    `there is no eviction policy \`${policy}\`${didYouMean(policy, names)}.`,
    `The policies are ${names.join(", ")}.`,
  );
}

function outOfRange(name: string, value: string, range: string): PlanRefusal {
  return refuse("out-of-range", `${name} cannot be ${value}.`, `It takes ${range}.`);
}

/** The ranges of Memcached's protocol.txt; what is beyond them the servers refuse, or take for something else. */
function checkMemcached(wanted: EvictionSettings): EvictionSettings | PlanRefusal {
  const canonical: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted)) {
    const allowed = memcachedRanges[name];
    const text = allowed?.canonical(value) ?? null;
    if (text === null) return outOfRange(name, value, allowed?.says ?? "another value");
    canonical[name] = text;
  }
  return canonical;
}

const memcachedRanges: Record<string, { says: string; canonical: (value: string) => string | null }> = {
  "lru mode": { says: "flat or segmented", canonical: oneOf("flat", "segmented") },
  "lru tune": {
    says: "hot %, warm %, hot factor and warm factor, such as 20,40,0.2,2: whole percentages of at most 80 together, factors above 0 with at most two decimals",
    canonical: tune,
  },
  "lru temp_ttl": {
    says: "seconds, or off",
    canonical: (value) => (value === "off" ? value : upTo(2 ** 31 - 1)(value)),
  },
  "slabs automove": { says: "0, 1 or 2", canonical: oneOf("0", "1", "2") },
  lru_crawler: { says: "on or off", canonical: oneOf("on", "off") },
  "lru_crawler sleep": { says: "0 to 1000000 microseconds", canonical: upTo(1_000_000) },
  "lru_crawler tocrawl": { says: "0 to 4294967295 items", canonical: upTo(2 ** 32 - 1) },
};

function oneOf(...words: string[]) {
  return (value: string) => (words.includes(value) ? value : null);
}

function upTo(most: number) {
  return (value: string) => (/^\d{1,10}$/.test(value) && Number(value) <= most ? String(Number(value)) : null);
}

function tune(value: string): string | null {
  // `stats settings` shows two decimals: more could not be verified.
  const match = /^(\d{1,2}),(\d{1,2}),(\d+(?:\.\d{1,2})?),(\d+(?:\.\d{1,2})?)$/.exec(value.replaceAll(" ", ""));
  if (match === null) return null;
  const [hot = 0, warm = 0, hotFactor = 0, warmFactor = 0] = match.slice(1).map(Number);
  if (hot + warm > 80 || hotFactor <= 0 || warmFactor <= 0) return null;
  return [hot, warm, hotFactor, warmFactor].join(",");
}
