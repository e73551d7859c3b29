import { adviseEviction } from "../../src/analyze/eviction/advise-eviction.js";
import type { EvictionAdvice } from "../../src/model/eviction-advice.js";
import type { KeySample, SampledKey } from "../../src/model/key-sample.js";
import type { TargetIdentity } from "../../src/model/node.js";
import type { ObservedNode } from "../../src/model/observation.js";
import { observationOf, redisNode, type Overrides } from "./facts.js";

export const mebibyte = 2 ** 20;

/** A page of 1,000 bytes that was used two hours ago and has an hour to live. */
export function sampled(overrides: Partial<SampledKey> = {}): SampledKey {
  return {
    ...{ name: "page:1", type: "string", bytes: 1_000, ttlMs: 3_600_000, idleSeconds: 7_200, frequency: null },
    ...overrides,
  };
}

/** So many keys alike, with a number each. */
export function many(count: number, overrides: Partial<SampledKey> = {}): SampledKey[] {
  return Array.from({ length: count }, (_, i) => sampled({ name: `page:${i}`, ...overrides }));
}

/** The whole of one database, unless `totalKeys` says that there are more. */
export function sampleOf(keys: SampledKey[], overrides: Partial<KeySample> & { totalKeys?: number } = {}): KeySample {
  const { totalKeys = keys.length, ...others } = overrides;
  return {
    strata: keys.length === 0 ? [] : [{ node: "10.0.0.5:6379", database: 0, totalKeys, keys }],
    ...{ refused: [], gaps: [], limitKeys: 10_000, commands: 4 * keys.length, addedLookups: 3 * keys.length },
    ...others,
  };
}

export interface Scene {
  role?: TargetIdentity["role"];
  policy?: string;
  usedBytes?: number;
  maxmemoryBytes?: number;
  keys: SampledKey[];
  sample?: Parameters<typeof sampleOf>[1];
  overrides?: Overrides;
  /** In place of the one primary. */
  nodes?: ObservedNode[];
}

/** The advice for one healthy Valkey primary with these keys and differences, on a host of 16 GiB. */
export function adviceFor(scene: Scene): EvictionAdvice {
  const { role = "cache", policy = "allkeys-lru", keys, overrides = {} } = scene;
  const { usedBytes = 90 * mebibyte, maxmemoryBytes = 100 * mebibyte } = scene;
  const total = scene.sample?.totalKeys ?? keys.length;
  const expires = Math.round(
    (total * keys.filter(({ ttlMs }) => (ttlMs ?? -1) >= 0).length) / Math.max(1, keys.length),
  );
  const node = redisNode({
    keyspace: { databases: {}, keys: total, expires },
    ...overrides,
    memory: { usedBytes, peakBytes: usedBytes, maxmemoryBytes, maxmemoryPolicy: policy, ...overrides.memory },
  });
  const [observed] = observationOf(scene.nodes ?? [node], { role }).targets;
  if (observed === undefined) throw new Error("there is no target");
  return adviseEviction(observed, sampleOf(keys, scene.sample));
}
