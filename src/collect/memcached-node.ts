import type { Clock } from "../model/clock.js";
import { known, missing, type Fact } from "../model/fact.js";
import type { MemcachedItemsFacts, MemcachedStatsFacts, MemcachedWindowFacts } from "../model/facts.js";
import type { FleetNode, MemcachedPort } from "../model/node-port.js";
import type { NodeFacts } from "../model/observation.js";
import { ask } from "./ask.js";
import { parseMemcachedItems, parseMemcachedSlabs, parseMemcachedStats } from "./memcached-stats.js";
import { reached } from "./reachability.js";
import { growthOf } from "./window.js";

interface Sample {
  stats: Fact<MemcachedStatsFacts>;
  items: Fact<MemcachedItemsFacts>;
  takenAtMs: number;
}

/**
 * Observes one Memcached server: settings and slabs once, `stats` and `stats items` twice with `sampleMs` between.
 * Read-only.
 *
 * @throws ConnectError when the server cannot be reached at all
 */
export async function observeMemcached(node: FleetNode, sampleMs: number, clock: Clock): Promise<NodeFacts> {
  const port = await node.openMemcached();
  const [settings, slabs, first] = await Promise.all([
    ask(port.stats("settings"), (stats) => stats, "no settings"),
    ask(port.stats("slabs"), parseMemcachedSlabs, "no slabs"),
    takeSample(port, clock),
  ]);
  let last = first;
  if (sampleMs > 0) {
    await clock.sleep(sampleMs);
    last = await takeSample(port, clock);
  }
  return {
    reachability: known(reached(port.greeting)),
    memcachedStats: last.stats.ok ? last.stats : first.stats,
    memcachedItems: last.items.ok ? last.items : first.items,
    memcachedSettings: settings,
    memcachedSlabs: slabs,
    memcachedWindow: sampleMs > 0 ? windowBetween(first, last) : windowSinceStart(first),
  };
}

async function takeSample(port: MemcachedPort, clock: Clock): Promise<Sample> {
  const [stats, items] = await Promise.all([
    ask(port.stats(), parseMemcachedStats, "no stats"),
    ask(port.stats("items"), parseMemcachedItems, "no items"),
  ]);
  return { stats, items, takenAtMs: clock.monotonicMs() };
}

function windowBetween(first: Sample, second: Sample): Fact<MemcachedWindowFacts> {
  for (const fact of [first.stats, first.items, second.stats, second.items]) if (!fact.ok) return fact;
  if (!first.stats.ok || !second.stats.ok || !first.items.ok || !second.items.ok)
    return missing("not-sampled", "a sample is missing");
  const before = first.stats.value;
  const after = second.stats.value;
  if ((after.uptimeSeconds ?? 0) < (before.uptimeSeconds ?? 0))
    return missing("not-sampled", "the server restarted between the two samples");
  return known({
    basis: "sample",
    seconds: (second.takenAtMs - first.takenAtMs) / 1000,
    counters: growthOf(before.numbers, after.numbers),
    items: itemGrowth(first.items.value, second.items.value),
  });
}

function windowSinceStart({ stats, items }: Sample): Fact<MemcachedWindowFacts> {
  if (!stats.ok) return stats;
  if (!items.ok) return items;
  if (stats.value.uptimeSeconds === null) return missing("failed", "stats does not show uptime");
  return known({
    basis: "since-start",
    seconds: stats.value.uptimeSeconds,
    counters: growthOf({}, stats.value.numbers),
    items: itemGrowth({}, items.value),
  });
}

function itemGrowth(before: MemcachedItemsFacts, after: MemcachedItemsFacts): MemcachedItemsFacts {
  const growth = Object.entries(after).map(([slab, numbers]) => [slab, growthOf(before[slab] ?? {}, numbers)]);
  return Object.fromEntries(growth) as MemcachedItemsFacts;
}
