import type { SentinelFacts, SentinelMasterFacts } from "../model/facts.js";
import type { NodeIdentity } from "../model/node.js";

/** One sentinel's settings and state of one master, from SENTINEL MASTERS. */
export interface Monitored {
  node: NodeIdentity;
  master: SentinelMasterFacts;
}

/** By monitored name, each with every sentinel that watches it. */
export function monitoredMasters(
  views: readonly { node: NodeIdentity; facts: { sentinel: SentinelFacts } }[],
): [name: string, watching: Monitored[]][] {
  const byName = new Map<string, Monitored[]>();
  for (const { node, facts } of views)
    for (const master of facts.sentinel.masters)
      byName.set(master.name, [...(byName.get(master.name) ?? []), { node, master }]);
  return [...byName];
}

/** The value that most have, of a tie the first, and who has another one. Null values are left out. */
export function oddOnes<E, V extends string | number>(
  entries: readonly E[],
  valueOf: (entry: E) => V | null,
): { usual: V; odd: { entry: E; value: V }[] } | null {
  const valued = entries.flatMap((entry) => {
    const value = valueOf(entry);
    return value === null ? [] : [{ entry, value }];
  });
  const counts = new Map<V, number>();
  for (const { value } of valued) counts.set(value, (counts.get(value) ?? 0) + 1);
  const usual = [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
  if (usual === undefined || counts.size < 2) return null;
  return { usual, odd: valued.filter(({ value }) => value !== usual) };
}
