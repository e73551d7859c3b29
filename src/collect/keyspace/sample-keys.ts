import { keyText } from "../../model/key-name.js";
import type { KeyPage } from "../../model/key-page.js";
import type { KeySample, SampledKey } from "../../model/key-sample.js";
import type { NodeScan } from "../../model/keyspace.js";
import type { Clock } from "../../model/clock.js";
import type { Fleet } from "../../model/node-port.js";
import type { ObservedTarget } from "../../model/observation.js";
import { chooseNodes, type ChosenNode } from "./choose-nodes.js";
import { scanNode } from "./scan-node.js";
import type { ScanOptions } from "./scan-options.js";
import { databasesOf } from "./scan-start.js";

export interface SampleOptions {
  /** Keys of the whole target, shared out over nodes and databases by the keys they hold. */
  limitKeys: number;
  /** A PING beside the sample may take this much longer than on the idle server. Milliseconds. */
  maxLatencyMs: number;
}

interface SampleDeps {
  clock: Clock;
  stopped: () => boolean;
}

interface Part extends ChosenNode {
  database: number;
  keys: number;
}

interface TakenPart {
  part: Part;
  scan: NodeScan;
  keys: SampledKey[];
}

/**
 * Looks at some keys of each primary of a Redis or Valkey target, and of each database: the first that SCAN gives, which hash
 * the servers' own secret seed puts first, so that they are as good as drawn by lot. Idle time or access counter is asked of each.
 *
 * Read-only, on connections of its own; sends nothing that counts as a use of a key, and slows down like `scanNode`. A page of
 * SCAN is taken whole, so that a few more keys than `limitKeys` may be seen. Never rejects for a node: what could not be seen is in `gaps`.
 */
export async function sampleKeys(
  fleet: Fleet,
  observed: ObservedTarget,
  options: SampleOptions,
  deps: SampleDeps,
): Promise<KeySample> {
  const { chosen, gaps } = chooseNodes(observed, fleet, "primaries");
  const lists = chosen.map((one) => ({ one, databases: databasesOf(one.observed, null) }));
  const parts = lists.flatMap(({ one, databases }) =>
    databases.list.flatMap(({ index, keys }) => (keys === 0 ? [] : [{ ...one, database: index, keys: keys ?? 1 }])),
  );
  const total = parts.reduce((sum, { keys }) => sum + keys, 0);
  const taken = await Promise.all(
    chosen.map((one) =>
      takeNode(
        parts.filter(({ node }) => node === one.node),
        (keys) => Math.max(1, Math.floor((options.limitKeys * keys) / total)),
        options,
        deps,
      ),
    ),
  );
  const all = taken.flat();
  return {
    strata: all.map(({ part, keys }) => ({
      ...{ node: part.node.identity.address, database: part.database, keys },
      totalKeys: Math.max(part.keys, keys.length),
    })),
    refused: joinRefused(all.map(({ scan }) => scan)),
    gaps: [...new Set([...gaps, ...lists.flatMap(({ databases }) => databases.gap ?? []), ...all.flatMap(gapOf)])],
    limitKeys: options.limitKeys,
    commands: all.reduce((sum, { scan }) => sum + scan.commands, 0),
    addedLookups: all.reduce((sum, { scan }) => sum + scan.addedLookups, 0),
  };
}

/** One database after another: a node is to feel one scan, not sixteen. */
async function takeNode(
  parts: readonly Part[],
  shareOf: (keys: number) => number,
  options: SampleOptions,
  deps: SampleDeps,
): Promise<TakenPart[]> {
  const taken: TakenPart[] = [];
  for (const part of parts) {
    if (deps.stopped()) break;
    taken.push(await takePart(part, shareOf(part.keys), options, deps));
  }
  return taken;
}

async function takePart(
  part: Part,
  share: number,
  { maxLatencyMs }: SampleOptions,
  { clock, stopped }: SampleDeps,
): Promise<TakenPart> {
  const keys: SampledKey[] = [];
  const { scan } = await scanNode(
    part.node,
    part.observed,
    { ...everyColumn, maxLatencyMs, database: part.database },
    null,
    {
      clock,
      stopped,
      random: () => 0,
      onPage: (page) => {
        for (let i = 0; i < page.names.length; i++) keys.push(sampledKey(page, i));
      },
      onProgress: () => {},
      budget: { left: share },
    },
  );
  return { part, scan, keys };
}

const everyColumn: Omit<ScanOptions, "maxLatencyMs" | "database"> = {
  from: "primaries",
  match: null,
  type: null,
  sampleRatio: 1,
  // The budget says how many.
  limitKeys: null,
  ratePerSecond: null,
  touch: false,
  frequencies: true,
  idleTimes: true,
};

function sampledKey(page: KeyPage, i: number): SampledKey {
  return {
    name: keyText(page.names[i] ?? ""),
    type: page.types[i] ?? null,
    bytes: page.bytes[i] ?? null,
    ttlMs: page.ttlMs[i] ?? null,
    idleSeconds: page.idleSeconds[i] ?? null,
    frequency: page.frequencies[i] ?? null,
  };
}

/** Reaching the limit is what was asked for. */
function gapOf({ scan }: TakenPart): string[] {
  if (!scan.limitReached) return scan.gap === null ? [] : [scan.gap];
  return scan.deniedKeys === 0
    ? []
    : [`this login may not look at ${scan.deniedKeys} of the sampled keys of ${scan.node}`];
}

/** Counting elements is no matter here, so that it is left out on servers without CLIENT NO-TOUCH is none either. */
const notNeeded = new Set(["elements", "OBJECT ENCODING", "HLEN", "LLEN", "SCARD", "ZCARD", "XLEN"]);

function joinRefused(scans: readonly NodeScan[]): KeySample["refused"] {
  const joined = new Map<string, KeySample["refused"][number]>();
  for (const { node, refused } of scans)
    for (const { command, cause, reason } of refused) {
      if (notNeeded.has(command)) continue;
      const entry = joined.get(command) ?? { command, cause, reason, nodes: [] };
      if (!entry.nodes.includes(node)) entry.nodes.push(node);
      joined.set(command, entry);
    }
  return [...joined.values()];
}
