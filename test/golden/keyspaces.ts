import { allRules } from "../../src/analyze/rules/index.js";
import { runRules } from "../../src/analyze/run-rules.js";
import { missing } from "../../src/model/fact.js";
import type { Figure, KeyspaceTopics } from "../../src/model/keyspace.js";
import type { Observation } from "../../src/model/observation.js";
import type { KeyspaceRun } from "../../src/report/keyspace-report.js";
import { memcachedNode, redisNode } from "../support/facts.js";
import {
  exactly,
  hotKeysOf,
  itemClassOf,
  keyGroup,
  nodeScan,
  observedKeyspace,
  topKey,
  wasteItem,
} from "../support/judge-keyspace.js";

const mebibyte = 2 ** 20;
const addresses = ["10.0.0.5:6379", "10.0.0.6:6379", "10.0.0.7:6379"];

/** Literal runs of `bigkeys`: what the golden files render, and what the schema must accept. */
export const keyspaces: Record<string, KeyspaceRun> = {
  "keyspace-cluster": clusterRun(),
  "keyspace-sample": sampleRun(),
  "keyspace-memcached": memcachedRun(),
};

function clusterRun(): KeyspaceRun {
  const nodes = addresses.map((address) =>
    redisNode({ node: { address, cliArguments: ["-h", address.split(":")[0] ?? "", "-p", "6379"] } }),
  );
  const observation = observedKeyspace(
    {
      scan: {
        nodes: addresses.map((node, index) =>
          nodeScan({ node, expectedKeys: 333_334, seenKeys: 333_333, measuredKeys: 333_333, seconds: 2 + index / 10 }),
        ),
      },
      keyTotals: { keys: exactly(999_999), bytes: exactly(412 * mebibyte) },
      ...clusterKeys(),
      ...clusterSums(),
      hotKeys: missing("not-supported", "hot keys were not asked for (--hot)"),
    },
    { target: { name: "prod", kind: "cluster", role: "cache" }, nodes },
  );
  return run(observation);
}

function clusterKeys(): Partial<Pick<KeyspaceTopics, "largestKeys" | "longestKeys" | "keyGroups">> {
  const report = topKey({
    key: "report:2026-11",
    type: "string",
    bytes: 25 * mebibyte,
    elements: null,
    encoding: "raw",
  });
  const board = topKey({ key: "board:{eu}", node: "10.0.0.6:6379", slot: 9_001, type: "zset", bytes: 140 * mebibyte });
  const users = { ...board, elements: 1_400_000, encoding: "skiplist", ttlMs: -1 };
  return {
    keyGroups: {
      groups: [
        keyGroup({
          pattern: "board:{*}",
          example: "board:{eu}",
          keys: exactly(12),
          bytes: exactly(180 * mebibyte),
          sharePercent: 43.69,
          averageBytes: 15 * mebibyte,
          largestBytes: 140 * mebibyte,
          withoutTtl: exactly(12),
          ttlSeconds: null,
          types: { zset: 12 },
          encodings: { skiplist: 3 },
        }),
        keyGroup({ keys: exactly(700_000), bytes: exactly(150 * mebibyte), sharePercent: 36.41 }),
        keyGroup({
          pattern: "a-service-with-a-long-name:tenant:*:environment:*:feature-flags:snapshot",
          keys: exactly(299_987),
          bytes: exactly(82 * mebibyte),
          sharePercent: 19.9,
          types: { string: 280_000, hash: 19_987 },
          encodings: { embstr: 8_000, raw: 1_000, listpack: 600 },
        }),
      ],
      others: { groups: 41, keys: exactly(812), bytes: exactly(300_000) },
    },
    largestKeys: {
      overall: [users, report, topKey({ slot: 3 })],
      byType: { zset: [users], string: [report], hash: [topKey({ slot: 3 })] },
      moreEqual: 17,
    },
    longestKeys: {
      overall: [users, topKey({ slot: 3 })],
      byType: { zset: [users], hash: [topKey({ slot: 3 })] },
      moreEqual: 0,
    },
  };
}

function clusterSums(): Partial<Pick<KeyspaceTopics, "ttls" | "waste" | "skew">> {
  const load = { cpuMicroseconds: 5_400_000, networkBytes: 80 * mebibyte, node: "10.0.0.6:6379", keys: exactly(40) };
  return {
    ttls: {
      withTtl: exactly(999_987),
      withoutTtl: exactly(12),
      withTtlBytes: exactly(232 * mebibyte),
      withoutTtlBytes: exactly(180 * mebibyte),
      unknownKeys: 0,
      distribution: [
        { fromSeconds: 0, toSeconds: 60, keys: exactly(30_000), bytes: exactly(7 * mebibyte) },
        { fromSeconds: 60, toSeconds: 600, keys: exactly(269_987), bytes: exactly(65 * mebibyte) },
        { fromSeconds: 600, toSeconds: 3_600, keys: exactly(700_000), bytes: exactly(160 * mebibyte) },
        { fromSeconds: 2_592_000, toSeconds: null, keys: exactly(0), bytes: exactly(0) },
      ],
      cliffs: [
        { at: 1_795_179_600, keys: exactly(250_000), percent: 25 },
        { at: 1_795_179_660, keys: exactly(20_000), percent: 2 },
      ],
      groupsWithout: [{ pattern: "board:{*}", keys: exactly(12), bytes: exactly(180 * mebibyte) }],
    },
    waste: {
      items: [
        wasteItem("json-strings", { pattern: "a-service-with-a-long-name:tenant:*:environment:*", savedBytes: null }),
        wasteItem("locks-without-ttl", { pattern: "lock:*", keys: 300, bytes: 21_000, savedBytes: null }),
      ],
      unknown: [{ kind: "untrimmed-streams", reason: "XINFO is not permitted" }],
    },
    skew: {
      nodes: addresses.map((node, index) => ({
        node,
        keys: exactly(333_333),
        bytes: exactly((index === 1 ? 252 : 80) * mebibyte),
        slots: 5_461,
      })),
      slots: [{ ...load, slot: 9_001, bytes: exactly(141 * mebibyte) }],
      hashTags: [{ tag: "eu", keys: exactly(40), bytes: { value: 141 * mebibyte, plusMinus: 20_000 }, slot: 9_001 }],
    },
  };
}

/** One in a hundred keys, by a login that may not ask MEMORY, until Ctrl-C. */
function sampleRun(): KeyspaceRun {
  const about = (value: number, plusMinus: number): Figure => ({ value, plusMinus });
  const memory = { command: "MEMORY USAGE", cause: "not-permitted", reason: "this login may not: MEMORY" } as const;
  const gap = "the run was interrupted after 512,000 of 1,000,000 keys of 10.0.0.5:6379";
  const observation = observedKeyspace(
    {
      scan: {
        complete: false,
        gaps: [gap],
        sampleRatio: 0.01,
        match: "session:*",
        nodes: [nodeScan({ expectedKeys: 1_000_000, seenKeys: 512_000, measuredKeys: 5_120, gap, refused: [memory] })],
      },
      keyTotals: { keys: about(512_000, 13_953), bytes: null },
      keyGroups: {
        groups: [keyGroup({ keys: about(512_000, 13_953), bytes: null, averageBytes: null, largestBytes: null })],
      },
      largestKeys: missing("not-permitted", memory.reason),
      ttls: { withTtl: about(512_000, 13_953), withTtlBytes: null, withoutTtlBytes: null, cliffs: [] },
      hotKeys: hotKeysOf({ "session:1": 31, "session:2": 4 }, { notes: ["MONITOR showed 12,000 commands."] }),
    },
    { target: { name: "prod-sessions", role: "session" } },
  );
  return { ...run(observation), interrupted: true, options: { top: 20, groups: 30, hot: { method: "monitor" } } };
}

function memcachedRun(): KeyspaceRun {
  const node = "10.0.0.9:11211";
  const observation = observedKeyspace(
    {
      scan: { nodes: [nodeScan({ node, role: "server", longestCommand: null, seconds: 0.11 })] },
      keyGroups: {
        groups: [keyGroup({ types: { item: 100_000 }, encodings: {}, neverFetchedPercent: 71.4, idleSeconds: null })],
      },
      largestKeys: { overall: [topKey({ node, type: "item", elements: null, encoding: null })], byType: {} },
      longestKeys: { overall: [], byType: {} },
      waste: missing("not-supported", "a Memcached item has no encoding"),
      skew: { nodes: [{ node, keys: exactly(100_000), bytes: exactly(50 * mebibyte), slots: null }] },
      itemClasses: {
        ...itemClassOf({ neverFetchedPercent: 71.4, verdict: "most items were never read" }),
        neverFetchedPercent: 71.4,
      },
      hotKeys: missing("not-supported", "hot keys were not asked for (--hot)"),
    },
    { target: { name: "pages", kind: "memcached", role: "cache" }, nodes: [memcachedNode()] },
  );
  return run(observation);
}

function run(observation: Observation): KeyspaceRun {
  return {
    observation,
    analysis: runRules(
      observation,
      allRules.filter(({ scope }) => scope === "keyspace"),
    ),
    options: { top: 20, groups: 30, hot: null },
    version: "0.0.0",
    startedAt: "2026-11-20T12:00:00.000Z",
    durationMs: 2_412,
    interrupted: false,
  };
}
