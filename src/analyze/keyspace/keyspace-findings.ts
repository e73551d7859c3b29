import type { CloserLook } from "../../model/closer-look.js";
import { known, missing, type Fact, type Missing } from "../../model/fact.js";
import type { Product } from "../../model/facts.js";
import type { HotKeysFacts, ScanFacts, TtlFacts } from "../../model/keyspace.js";
import type { KeyspaceFindings, ObservedNode } from "../../model/observation.js";
import { compactLimits, type CompactLimits } from "./compact-limits.js";
import type { KeyspaceStatistics } from "./keyspace-statistics.js";
import type { SlotStats } from "../../model/slot-stats.js";
import { wasteFacts } from "./waste.js";

export interface PassOverKeys {
  statistics: KeyspaceStatistics;
  scan: ScanFacts;
  looks: CloserLook[];
  /** Whether the looks could include the values of strings. */
  valuesRead: boolean;
  /** The nodes whose keys were read, with what was observed of them. */
  nodes: ObservedNode[];
  /** By node; a node that has no such statistics is not in it. */
  slotStats: Map<string, SlotStats>;
  /** Null: not asked for. `frequency`: the scan counted them. */
  hot: Fact<HotKeysFacts> | "frequency" | null;
  /** Groups to list. */
  groupLimit: number;
  nowMs: number;
}

/** The topics that the keyspace rules and the report read. Pure. */
export function keyspaceFindings(pass: PassOverKeys): KeyspaceFindings {
  const { statistics, scan, looks, nodes } = pass;
  const ratio = scan.sampleRatio;
  statistics.amend(looks);
  const { isCluster, family } = statistics.shape;
  return {
    scan: known(scan),
    keyTotals: known(statistics.totals.facts(ratio)),
    largestKeys: refused(scan, "MEMORY USAGE") ?? known(statistics.largest.facts(isCluster)),
    longestKeys: refused(scan, "elements") ?? refused(scan, "TYPE") ?? known(statistics.longest.facts(isCluster)),
    keyGroups: known(statistics.groups.groups(pass.groupLimit, ratio)),
    ttls: refused(scan, "PTTL") ?? known(ttlFacts(pass)),
    waste:
      family === "memcached"
        ? missing("not-supported", "a Memcached item has no encoding")
        : known(
            wasteFacts({
              groups: statistics.groups.eachGroup(),
              looks,
              limits: limitsOf(nodes),
              ratio,
              canReadValues: pass.valuesRead,
              server: serverOf(nodes),
            }),
          ),
    skew: known(statistics.skew.facts(ratio, slotsByNode(nodes), pass.slotStats)),
    hotKeys: hotKeys(pass),
    ...(statistics.itemClasses === null ? {} : { itemClasses: known(statistics.itemClasses.facts(nodes, ratio)) }),
  };
}

/** The missing fact of a column that no node gave; undefined when some did. */
function refused({ nodes }: ScanFacts, command: string): Missing | undefined {
  const refusals = nodes.map((node) => node.refused.find((refusal) => refusal.command === command));
  const [first] = refusals;
  if (first === undefined || refusals.some((refusal) => refusal === undefined)) return undefined;
  return missing(first.cause, first.reason);
}

function ttlFacts({ statistics, scan, nowMs }: PassOverKeys): TtlFacts {
  const ratio = scan.sampleRatio;
  const groupsWithout = statistics.groups
    .groups(Infinity, ratio)
    .groups.flatMap(({ pattern, withoutTtl, withoutTtlBytes }) =>
      withoutTtl === null || withoutTtl.value === 0 ? [] : [{ pattern, keys: withoutTtl, bytes: withoutTtlBytes }],
    )
    .sort((a, b) => (b.bytes?.value ?? b.keys.value) - (a.bytes?.value ?? a.keys.value))
    .slice(0, 10);
  return { ...statistics.ttls.facts(ratio, nowMs), groupsWithout };
}

/** The compact-encoding limits that the nodes agree on; null where they differ or cannot be seen. */
function limitsOf(nodes: readonly ObservedNode[]): CompactLimits | null {
  return agreed(nodes, ({ facts }) => (facts.config?.ok === true ? compactLimits(facts.config.value) : null));
}

function serverOf(nodes: readonly ObservedNode[]): { product: Product; version: string } | null {
  return agreed(nodes, ({ facts }) =>
    facts.server?.ok === true ? { product: facts.server.value.product, version: facts.server.value.version } : null,
  );
}

/** What all nodes say alike; null where they differ, or one does not say. */
function agreed<T>(nodes: readonly ObservedNode[], say: (node: ObservedNode) => T | null): T | null {
  const [first = null, ...others] = nodes.map(say);
  return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : null;
}

/** Node → slots whose keys it holds, by its own word: its own, or those of the primary that it follows. */
function slotsByNode(nodes: readonly ObservedNode[]): Map<string, number> {
  const slots = new Map<string, number>();
  for (const { node, facts } of nodes) {
    const view = facts.clusterView?.ok === true ? facts.clusterView.value.nodes : [];
    const own = view.find(({ myself }) => myself);
    const holder = own?.role === "replica" ? view.find(({ id }) => id === own.primaryId) : own;
    if (holder === undefined) continue;
    const count = holder.slots.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    slots.set(node.address, count);
  }
  return slots;
}

function hotKeys({ hot, statistics }: PassOverKeys): Fact<HotKeysFacts> {
  if (hot === null) return missing("not-supported", "hot keys were not asked for (--hot)");
  if (hot !== "frequency") return hot;
  return statistics.hot === null
    ? missing("failed", "the scan did not ask OBJECT FREQ")
    : known(statistics.hot.facts(statistics.shape.isCluster));
}
