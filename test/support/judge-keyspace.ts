import type { KeyspaceRule } from "../../src/analyze/rule.js";
import { runRules } from "../../src/analyze/run-rules.js";
import { known, type Fact } from "../../src/model/fact.js";
import type {
  Figure,
  HotKeysFacts,
  ItemClassFacts,
  KeyGroup,
  KeyspaceTopics,
  NodeScan,
  SkewFacts,
  TopKey,
  WasteItem,
  WasteKind,
} from "../../src/model/keyspace.js";
import type { TargetIdentity } from "../../src/model/node.js";
import type { KeyspaceFindings, Observation, ObservedNode } from "../../src/model/observation.js";
import { memcachedNode, observationOf, redisNode } from "./facts.js";
import type { Verdict } from "./judge.js";

/** For a topic either the fields that differ from the healthy ones, or a missing fact from `missing(...)`. */
export type TopicOverrides = {
  [K in keyof KeyspaceTopics]?: Partial<KeyspaceTopics[K]> | Extract<Fact<KeyspaceTopics[K]>, { ok: false }>;
};

const mebibyte = 2 ** 20;

/** An exact figure. */
export function exactly(value: number): Figure {
  return { value, plusMinus: 0 };
}

export function topKey(fields: Partial<TopKey>): TopKey {
  return {
    key: "session:42",
    node: "10.0.0.5:6379",
    database: 0,
    slot: null,
    type: "hash",
    bytes: 10_000,
    elements: 20,
    encoding: "listpack",
    ttlMs: 600_000,
    idleSeconds: 60,
    ...fields,
  };
}

export function keyGroup(fields: Partial<KeyGroup>): KeyGroup {
  return {
    pattern: "session:*",
    example: "session:42",
    keys: exactly(100_000),
    bytes: exactly(50 * mebibyte),
    sharePercent: 100,
    averageBytes: 524,
    largestBytes: 10_000,
    averageNameBytes: 13,
    withoutTtl: exactly(0),
    withoutTtlBytes: exactly(0),
    ttlSeconds: { p10: 60, p50: 900, p90: 1_700, max: 1_800 },
    types: { hash: 100_000 },
    encodings: { listpack: 3_125 },
    idleSeconds: { p10: 5, p50: 300, p90: 1_500, max: 1_800 },
    neverFetchedPercent: null,
    ...fields,
  };
}

export function nodeScan(fields: Partial<NodeScan> = {}): NodeScan {
  return {
    node: "10.0.0.5:6379",
    role: "primary",
    expectedKeys: 100_000,
    seenKeys: 100_000,
    measuredKeys: 100_000,
    vanishedKeys: 0,
    deniedKeys: 0,
    refused: [],
    seconds: 0.21,
    gap: null,
    limitReached: false,
    addedLookups: 0,
    commands: 400_200,
    longestCommand: { command: "SCAN", milliseconds: 0.6, basis: "slowlog" },
    longestCommandUnknown: null,
    slowdowns: 0,
    addedLatencyMs: 0.4,
    ...fields,
  };
}

export function wasteItem(kind: WasteKind, fields: Partial<WasteItem> = {}): WasteItem {
  return {
    kind,
    pattern: "page:*",
    keys: 12_000,
    bytes: 20 * mebibyte,
    savedBytes: 5 * mebibyte,
    confidence: "medium",
    basis: "from 8 values read of 12,000",
    advice: "Compress them.",
    ...fields,
  };
}

/** What a pass over 100,000 sessions of a well-kept server found, with `overrides` applied. */
export function keyspaceTopics(overrides: TopicOverrides = {}): KeyspaceFindings {
  const topics: Record<string, unknown> = {};
  for (const [topic, value] of Object.entries(healthyTopics)) topics[topic] = known(value);
  for (const [topic, override] of Object.entries(overrides))
    topics[topic] =
      "ok" in override ? override : known({ ...(topics[topic] as { value?: object } | undefined)?.value, ...override });
  return topics;
}

const healthyTopics: KeyspaceTopics = {
  scan: { complete: true, gaps: [], sampleRatio: 1, match: null, type: null, nodes: [nodeScan()] },
  keyTotals: {
    keys: exactly(100_000),
    bytes: exactly(50 * mebibyte),
    nameBytes: exactly(1_300_000),
    byType: { hash: { keys: exactly(100_000), bytes: exactly(50 * mebibyte), elements: exactly(2_000_000) } },
  },
  largestKeys: { overall: [topKey({})], byType: { hash: [topKey({})] }, moreEqual: 0 },
  longestKeys: { overall: [topKey({})], byType: { hash: [topKey({})] }, moreEqual: 0 },
  keyGroups: { groups: [keyGroup({})], others: null },
  ttls: {
    withTtl: exactly(100_000),
    withoutTtl: exactly(0),
    withTtlBytes: exactly(50 * mebibyte),
    withoutTtlBytes: exactly(0),
    unknownKeys: 0,
    distribution: [
      { fromSeconds: 0, toSeconds: 60, keys: exactly(3_400), bytes: exactly(1_700_000) },
      { fromSeconds: 60, toSeconds: 600, keys: exactly(30_000), bytes: exactly(15 * mebibyte) },
      { fromSeconds: 600, toSeconds: 3_600, keys: exactly(66_600), bytes: exactly(33 * mebibyte) },
    ],
    cliffs: [{ at: 1_795_175_100, keys: exactly(3_500), percent: 3.5 }],
    groupsWithout: [],
  },
  waste: { items: [], unknown: [] },
  skew: {
    nodes: [{ node: "10.0.0.5:6379", keys: exactly(100_000), bytes: exactly(50 * mebibyte), slots: null }],
    slots: [],
    hashTags: [],
  },
  hotKeys: {
    method: "monitor",
    metric: "calls",
    seconds: 5,
    keys: [{ key: "session:42", node: "10.0.0.5:6379", slot: null, score: 700, percent: 3 }],
    notes: [],
  },
  itemClasses: {
    classes: [
      {
        node: "10.0.0.9:11211",
        slabClass: 5,
        chunkBytes: 240,
        items: 100_000,
        itemBytes: 22_000_000,
        wastedPercent: 8.3,
        neverFetchedPercent: 5,
        evicted: 0,
        verdict: "fits",
      },
    ],
    neverFetchedPercent: 5,
    ageSeconds: { p10: 10, p50: 900, p90: 3_000, max: 80_000 },
  },
};

export interface KeyspaceRun {
  target?: Partial<TargetIdentity>;
  nodes?: ObservedNode[];
}

/** Runs one rule on what a pass over one target found, on a Redis (or, for a rule of its own, Memcached) node. */
export function judgeKeyspace(rule: KeyspaceRule, overrides: TopicOverrides = {}, run: KeyspaceRun = {}): Verdict {
  const { findings, judgements } = runRules(observedKeyspace(overrides, run, rule.families.includes("redis")), [rule]);
  const [first] = judgements;
  if (first === undefined) throw new Error(`${rule.id} applies to none of these nodes`);
  return { findings, outcome: first.outcome, reason: first.reason, judgements };
}

export function observedKeyspace(overrides: TopicOverrides, run: KeyspaceRun, redis = true): Observation {
  const observation = observationOf(run.nodes ?? [redis ? redisNode() : memcachedNode()], run.target);
  const { itemClasses, ...keyspace } = keyspaceTopics(overrides);
  const targets = observation.targets.map((observed) => {
    const isMemcached = observed.nodes.some(({ node }) => node.family === "memcached");
    return { ...observed, keyspace: isMemcached && itemClasses ? { ...keyspace, itemClasses } : keyspace };
  });
  return { ...observation, sampleSeconds: 0, targets };
}

/** Skew of three primaries, with these bytes. */
export function threeNodes(...bytes: number[]): Partial<SkewFacts> {
  return {
    nodes: bytes.map((value, index) => ({
      node: `10.0.0.${index + 5}:6379`,
      keys: exactly(1_000),
      bytes: exactly(value),
      slots: 5_461,
    })),
  };
}

/** Hot keys of one node: percent of its work by key. */
export function hotKeysOf(percent: Record<string, number>, fields: Partial<HotKeysFacts> = {}): Partial<HotKeysFacts> {
  const keys = Object.entries(percent).map(([key, share]) => ({
    key,
    node: "10.0.0.5:6379",
    slot: null,
    score: share * 1_000,
    percent: share,
  }));
  return { keys, ...fields };
}

/** One slab class of 240 bytes a chunk. */
export function itemClassOf(fields: Partial<ItemClassFacts["classes"][number]>): Partial<ItemClassFacts> {
  return { classes: healthyTopics.itemClasses.classes.map((itemClass) => ({ ...itemClass, ...fields })) };
}
