import type { ScanDeps, ScanPosition } from "../../src/collect/keyspace/scan-node.js";
import { scanNode } from "../../src/collect/keyspace/scan-node.js";
import type { ScanOptions } from "../../src/collect/keyspace/scan-options.js";
import { observeTarget } from "../../src/collect/observe-target.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { NodeScan } from "../../src/model/keyspace.js";
import type { ObservedNode } from "../../src/model/observation.js";
import { liveProfile, type LiveOptions } from "./live.js";

export interface ScanLiveOptions extends Partial<Omit<ScanOptions, "from">> {
  live?: LiveOptions;
  goOnFrom?: ScanPosition;
  random?: () => number;
  /** The user interrupts the scan when this many pages have come. */
  stopAfterPages?: number;
  /** Happens once, when the first page has come, and holds up the scan's next pause: give a `ratePerSecond` for it to have one. */
  during?: () => Promise<void>;
  /** Told the number of keys of each page. */
  onPage?: (keys: number) => void;
  /** How much faster than the wall the scan's clock runs. */
  clockSpeed?: number;
}

/** One key as a page had it. */
export interface ScannedKey {
  database: number;
  /** One character a byte. */
  name: string;
  type: string | null;
  bytes: number | null;
  elements: number | null;
  ttlMs: number | null;
  encoding: string | null;
  idleSeconds: number | null;
  frequency: number | null;
}

export interface LiveScan {
  keys: ScannedKey[];
  pages: number;
  scan: NodeScan;
  position: ScanPosition;
}

/** Scans one real server as `cachectl bigkeys` does. */
export async function scanLive(
  server: { host: string; port: number },
  options: ScanLiveOptions = {},
): Promise<LiveScan> {
  const { live, goOnFrom, random, stopAfterPages, during, onPage, clockSpeed = 1, ...asked } = options;
  const profile = liveProfile([server], { ...live, profile: { discover: false, ...live?.profile } });
  const fleet = await openFleet(profile, new AbortController().signal);
  const keys: ScannedKey[] = [];
  let pages = 0;
  let happening: Promise<void> | undefined;
  const clock = {
    now: () => Date.now(),
    monotonicMs: () => performance.now() * clockSpeed,
    sleep: async (ms: number) => {
      if (pages > 0) happening ??= during?.();
      await Promise.all([new Promise((resolve) => setTimeout(resolve, ms / clockSpeed)), happening]);
    },
  };
  const deps: ScanDeps = {
    clock,
    random: random ?? (() => 0),
    onPage: (page) => {
      pages++;
      for (let i = 0; i < page.names.length; i++)
        keys.push({
          database: page.database,
          name: page.names[i] ?? "",
          type: page.types[i] ?? null,
          bytes: page.bytes[i] ?? null,
          elements: page.elements[i] ?? null,
          ttlMs: page.ttlMs[i] ?? null,
          encoding: page.encodings[i] ?? null,
          idleSeconds: page.idleSeconds[i] ?? null,
          frequency: page.frequencies[i] ?? null,
        });
      onPage?.(page.names.length);
    },
    onProgress: () => {},
    budget: { left: asked.limitKeys ?? Infinity },
    stopped: () => stopAfterPages !== undefined && pages >= stopAfterPages,
  };
  try {
    const { nodes } = await observeTarget(fleet, profile.identity, 0, { ...clock, sleep: () => Promise.resolve() });
    const [node] = fleet.nodes;
    const [observed] = nodes as [ObservedNode];
    if (node === undefined) throw new Error("no node was found");
    const position = await scanNode(node, observed, { ...gentle, ...asked }, goOnFrom ?? null, deps);
    return { keys, pages, scan: position.scan, position };
  } finally {
    fleet.close();
  }
}

const gentle: ScanOptions = {
  from: "primaries",
  database: null,
  match: null,
  type: null,
  sampleRatio: 1,
  limitKeys: null,
  ratePerSecond: null,
  // A busy test machine must not slow a scan down where that is not the matter.
  maxLatencyMs: 10_000,
  touch: false,
  frequencies: false,
};
