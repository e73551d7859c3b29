import type { NodeScan } from "../../model/keyspace.js";
import type { ObservedNode } from "../../model/observation.js";
import { lengthCommands, type AskedCommands } from "./asked-commands.js";
import { observedState } from "./node-state.js";
import type { ScanOptions } from "./scan-options.js";

/**
 * How far the scan of one node came: plain JSON, and all that another run needs to go on. Only pages that were handed on
 * count.
 */
export interface ScanPosition {
  /** Of the process that the cursor belongs to; null: the login may not ask. */
  runId: string | null;
  /** The database that the cursor belongs to; null: none is begun. */
  database: number | null;
  cursor: string;
  doneDatabases: number[];
  scan: NodeScan;
  /** The node's slots when the first run began; null outside a cluster. */
  slots: string | null;
  /** What went wrong and cannot be mended by going on: clauses that stay in the gap. */
  lasting: string[];
}

export interface Databases {
  /** Keys when the scan began; null: not known. */
  list: { index: number; keys: number | null }[];
  /** Why databases may be missing from the list; null when none is. */
  gap: string | null;
}

/** Those that INFO keyspace shows, or the one that was asked for. */
export function databasesOf({ node, facts }: ObservedNode, wanted: number | null): Databases {
  const { keyspace } = facts;
  if (keyspace?.ok !== true) {
    if (wanted !== null) return { list: [{ index: wanted, keys: null }], gap: null };
    const reason = keyspace?.reason ?? "INFO keyspace was not asked";
    const gap = `only database 0 of ${node.address} was scanned, which others there are is not known: ${reason}`;
    return { list: [{ index: 0, keys: null }], gap };
  }
  const { databases } = keyspace.value;
  if (wanted !== null) return { list: [{ index: wanted, keys: databases[wanted]?.keys ?? 0 }], gap: null };
  const list = Object.entries(databases).map(([index, { keys }]) => ({ index: Number(index), keys }));
  return { list: list.sort((a, b) => a.index - b.index), gap: null };
}

export function firstPosition(observed: ObservedNode, databases: Databases): ScanPosition {
  const { runId, slots } = observedState(observed);
  const { address, role } = observed.node;
  return {
    runId,
    database: null,
    cursor: "0",
    doneDatabases: [],
    slots,
    lasting: databases.gap === null ? [] : [databases.gap],
    scan: {
      node: address,
      role,
      expectedKeys: databases.list.reduce<number | null>(
        (sum, { keys }) => (sum === null || keys === null ? null : sum + keys),
        0,
      ),
      seenKeys: 0,
      measuredKeys: 0,
      vanishedKeys: 0,
      deniedKeys: 0,
      refused: [],
      seconds: 0,
      gap: null,
      limitReached: false,
      addedLookups: 0,
      commands: 0,
      longestCommand: null,
      longestCommandUnknown: null,
      slowdowns: 0,
      addedLatencyMs: null,
    },
  };
}

export function hasMore(position: ScanPosition, { list }: Databases): boolean {
  return position.database !== null || list.some(({ index }) => !position.doneDatabases.includes(index));
}

/** Idle time under an LRU policy, frequency under an LFU one: the server keeps only one of them. */
export function askedOf(observed: ObservedNode, { type, frequencies, idleTimes }: ScanOptions): AskedCommands {
  const lfu = isLfu(observed);
  return {
    type: type === null,
    knownType: type === null ? null : type.toLowerCase(),
    memory: true,
    ttl: true,
    encoding: true,
    idle: lfu ? "none" : idleTimes === true ? "all" : "some",
    frequency: !lfu ? "none" : frequencies ? "all" : "some",
    countedTypes: new Set(Object.keys(lengthCommands)),
  };
}

/** CLIENT NO-TOUCH came with 7.2, and every Valkey has it. Not known: it is tried. */
export function mayNotTouch(observed: ObservedNode): boolean {
  return versionAtLeast(observed, 7, 2) ?? true;
}

export function hasLatencyHistogram(observed: ObservedNode): boolean {
  return versionAtLeast(observed, 7, 0) ?? true;
}

/**
 * Redis looks up each key that SCAN … TYPE passes by, matching or not, and counts that; Valkey does not. Measured on 6.0 to
 * 8.0, and 8.1 to 9.1.
 */
export function typeFilterCounts({ facts }: ObservedNode): boolean {
  return facts.server?.ok !== true || facts.server.value.product === "redis";
}

function isLfu({ facts }: ObservedNode): boolean {
  const fromInfo = facts.memory?.ok === true ? facts.memory.value.maxmemoryPolicy : null;
  const fromConfig = facts.config?.ok === true ? facts.config.value["maxmemory-policy"] : undefined;
  return (fromInfo ?? fromConfig ?? "").endsWith("-lfu");
}

function versionAtLeast({ facts }: ObservedNode, major: number, minor: number): boolean | null {
  if (facts.server?.ok !== true) return null;
  const [first, second] = facts.server.value.version.split(".").map(Number);
  if (first === undefined || second === undefined || Number.isNaN(first + second)) return null;
  return first > major || (first === major && second >= minor);
}
