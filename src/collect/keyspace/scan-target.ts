import type { ScanFacts } from "../../model/keyspace.js";
import { mapWithLimit } from "../../model/map-with-limit.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";
import type { ObservedNode, ObservedTarget } from "../../model/observation.js";
import { chooseNodes } from "./choose-nodes.js";
import { dumpMemcached } from "./dump-memcached.js";
import { scanNode, type ScanDeps, type ScanPosition } from "./scan-node.js";
import type { ScanOptions } from "./scan-options.js";
import { databasesOf, hasMore } from "./scan-start.js";

/** A dump that is not read as fast as it comes holds up the server's other clients (up to 1.6.18) or comes out torn. */
const maxDumpsAtOnce = 2;

/** How a pass over a target ended, and where another one may go on. */
export interface TargetScan {
  facts: ScanFacts;
  /** By address. Empty for Memcached, whose dump has no cursor. */
  positions: Record<string, ScanPosition>;
  /** Whether another run could read what this one did not: a node was stopped on its way, or did not answer. */
  unfinished: boolean;
  /** The nodes whose keys were read. */
  scanned: { node: FleetNode; observed: ObservedNode }[];
}

/**
 * Reads the keys of all chosen nodes of a target at the same time and hands them on page by page. Read-only; see
 * {@link scanNode} and {@link dumpMemcached} for what it does to a server. Never rejects for a node: what could not be
 * seen is in `facts.gaps`.
 *
 * @param from positions of an earlier pass that ended before its time; nodes that it finished are not asked again
 */
export async function scanTarget(
  fleet: Fleet,
  observed: ObservedTarget,
  options: ScanOptions,
  from: Record<string, ScanPosition>,
  deps: ScanDeps,
): Promise<TargetScan> {
  const { chosen, gaps } = chooseNodes(observed, fleet, options.from);
  const left = leftBehind(from, chosen);
  const positions: Record<string, ScanPosition> = Object.fromEntries(left);
  const atOnce = observed.target.kind === "memcached" ? maxDumpsAtOnce : chosen.length;
  const scans = await mapWithLimit(chosen, atOnce, async ({ node, observed }) => {
    const { address, family } = node.identity;
    if (family === "memcached") return dumpMemcached(node, observed, options, deps);
    const position = await scanNode(node, observed, options, from[address] ?? null, deps);
    positions[address] = position;
    return position.scan;
  });
  const twice = left.filter(([, { scan }]) => scan.seenKeys > 0).map(([address]) => countedTwice(address));
  const allGaps = [...gaps, ...twice, ...scans.flatMap(({ gap }) => gap ?? []), ...partlyRefused(scans)];
  return {
    facts: {
      complete: allGaps.length === 0 && options.sampleRatio === 1,
      gaps: allGaps,
      sampleRatio: options.sampleRatio,
      match: options.match,
      type: options.type,
      nodes: scans,
    },
    positions,
    unfinished: gaps.length > 0 || chosen.some((one) => isUnfinished(one, positions, options)),
    scanned: chosen,
  };
}

function isUnfinished(
  { node, observed }: TargetScan["scanned"][number],
  positions: TargetScan["positions"],
  { database }: ScanOptions,
): boolean {
  const position = positions[node.identity.address];
  return position !== undefined && hasMore(position, databasesOf(observed, database));
}

/** Positions of an earlier pass on nodes that this one does not read: after a failover, or with a replica that fell behind. */
function leftBehind(from: Record<string, ScanPosition>, chosen: TargetScan["scanned"]): [string, ScanPosition][] {
  return Object.entries(from).filter(([address]) => chosen.every(({ node }) => node.identity.address !== address));
}

function countedTwice(address: string): string {
  return `${address} was read by an earlier run and is not read by this one: keys that another node has by now may be counted twice`;
}

/** A command that every node refuses is a missing topic; one that only some refuse leaves a hole in the topic. */
function partlyRefused(scans: ScanFacts["nodes"]): string[] {
  return scans.flatMap(({ node, refused }) =>
    refused
      .filter(({ command }) => scans.some((other) => other.refused.every((refusal) => refusal.command !== command)))
      .map(({ reason }) => `${node}: ${reason}`),
  );
}
