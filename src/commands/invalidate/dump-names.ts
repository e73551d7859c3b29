import { dumpMemcached } from "../../collect/keyspace/dump-memcached.js";
import { observeNode } from "../../collect/observe-target.js";
import { ownText } from "../../model/key-name.js";
import type { FleetNode } from "../../model/node-port.js";
import { patternText, type Selector } from "../../plan/plan-invalidation.js";
import type { InvalidateJob } from "../invalidate.js";

export interface DumpedNames {
  byNode: { node: FleetNode; names: string[] }[];
  count: number;
  /** A few of them. */
  sample: string[];
  /** What could not be listed, as clauses. */
  gaps: string[];
}

/**
 * The names of all items that match, by `lru_crawler metadump`, one server after the other. Read-only. All names are kept: a dump
 * must not be made to wait.
 */
export async function dumpNames(
  { context, options }: InvalidateJob,
  nodes: readonly FleetNode[],
  selector: Extract<Selector, { kind: "pattern" | "prefix" }>,
): Promise<DumpedNames> {
  const { clock, stopRequested } = context.change;
  const { olderThanSeconds, maxLatencyMs } = options;
  const dumped: DumpedNames = { byNode: [], count: 0, sample: [], gaps: [] };
  for (const node of nodes) {
    const names: string[] = [];
    const observed = await observeNode(node, 0, clock);
    const scan = await dumpMemcached(
      node,
      observed,
      {
        ...{ from: "primaries", database: null, match: patternText(selector), type: null, sampleRatio: 1 },
        ...{ limitKeys: null, ratePerSecond: null, maxLatencyMs, touch: false, frequencies: false },
      },
      {
        clock,
        random: context.random,
        budget: { left: Infinity },
        stopped: () => stopRequested.aborted,
        onProgress: (address, seen) => context.progress.update(`${address}: ${seen} items listed`),
        onPage: (page) => {
          for (const [index, name] of page.names.entries())
            if (olderThanSeconds === null || (page.idleSeconds[index] ?? -1) >= olderThanSeconds)
              names.push(ownText(name));
        },
      },
    );
    if (scan.gap !== null) dumped.gaps.push(scan.gap);
    dumped.byNode.push({ node, names });
    dumped.count += names.length;
    dumped.sample.push(...names.slice(0, 10 - dumped.sample.length));
  }
  return dumped;
}
