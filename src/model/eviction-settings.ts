/** Setting → value, as text in the one form that the functions here give, so that equal values are equal texts. */
export type EvictionSettings = Readonly<Record<string, string>>;

/** In redis.conf's own names, with the range that makes sense on every version; `since` where a version lacks it. */
export const redisSettings: Readonly<Record<string, { least: number; most: number; since?: string }>> = {
  maxmemory: { least: 0, most: Number.MAX_SAFE_INTEGER },
  // Versions before 8.0 take any number; more than 64 samples only cost time on every eviction.
  "maxmemory-samples": { least: 1, most: 64 },
  "maxmemory-eviction-tenacity": { least: 0, most: 100, since: "6.2" },
  "lfu-log-factor": { least: 0, most: 2_147_483_647, since: "4.0" },
  "lfu-decay-time": { least: 0, most: 2_147_483_647, since: "4.0" },
};

export const policySetting = "maxmemory-policy";

/** Policy → the Redis version that brought it; null: always there, and in every Valkey. `valkey: false`: not in Valkey. */
export const evictionPolicies: Readonly<Record<string, { since: string | null; valkey: boolean }>> = {
  noeviction: { since: null, valkey: true },
  "allkeys-lru": { since: null, valkey: true },
  "allkeys-lfu": { since: "4.0", valkey: true },
  "allkeys-lrm": { since: "8.6", valkey: false },
  "allkeys-random": { since: null, valkey: true },
  "volatile-lru": { since: null, valkey: true },
  "volatile-lfu": { since: "4.0", valkey: true },
  "volatile-lrm": { since: "8.6", valkey: false },
  "volatile-random": { since: null, valkey: true },
  "volatile-ttl": { since: null, valkey: true },
};

/** What of CONFIG GET is about eviction. A setting that the version lacks is absent. */
export function redisEvictionSettings(config: Readonly<Record<string, string>>): EvictionSettings {
  const names = [policySetting, ...Object.keys(redisSettings)];
  return Object.fromEntries(names.flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]])));
}

/** In the words of the commands that set them. */
export const memcachedSettingNames = [
  "lru mode",
  "lru tune",
  "lru temp_ttl",
  "slabs automove",
  "lru_crawler",
  "lru_crawler sleep",
  "lru_crawler tocrawl",
] as const;

/** What of `stats settings` is about eviction, under the commands that set it: `lru tune` → `20,40,0.2,2`. */
export function memcachedEvictionSettings(stats: Readonly<Record<string, string>>): EvictionSettings {
  const number = (name: string) => (stats[name] === undefined ? null : String(Number(stats[name])));
  const word = (name: string, yes: string, no: string) =>
    stats[name] === undefined ? null : stats[name] === "yes" ? yes : no;
  const tune = ["hot_lru_pct", "warm_lru_pct", "hot_max_factor", "warm_max_factor"].map(number);
  const values: Record<(typeof memcachedSettingNames)[number], string | null> = {
    "lru mode": word("lru_segmented", "segmented", "flat"),
    "lru tune": tune.includes(null) ? null : tune.join(","),
    "lru temp_ttl": stats["temp_lru"] === "no" ? "off" : number("temporary_ttl"),
    "slabs automove": number("slab_automove"),
    lru_crawler: word("lru_crawler", "on", "off"),
    "lru_crawler sleep": number("lru_crawler_sleep"),
    "lru_crawler tocrawl": number("lru_crawler_tocrawl"),
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null));
}
