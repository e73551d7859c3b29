import { known, missing, type Fact } from "../model/fact.js";
import type { WindowFacts } from "../model/facts.js";
import type { Info } from "../protocol/info.js";
import { parseCommandStats } from "./command-stats.js";
import { parseCounters } from "./counters.js";
import { parseErrorStats } from "./error-stats.js";
import { parseServer } from "./server.js";

/** Fields that go up and down, or describe the last time: no rate comes from them. */
const gauge =
  /^(instantaneous_|current_|pubsub|tracking_|latest_|rdb_|module_|slot_migration|loading|async_loading|cluster_|aof_(?!delayed_fsync))|_perc$|^(migrate_cached_sockets|slave_expires_tracked_keys)$/;

/** One alone may have grown past its old value again by the time of the second sample. */
const onlyEverGrow = [
  "total_commands_processed",
  "total_connections_received",
  "total_net_input_bytes",
  "total_net_output_bytes",
  "keyspace_hits",
  "keyspace_misses",
  "expired_keys",
  "evicted_keys",
];

/**
 * What happened between two INFO replies `seconds` apart.
 * Missing when the server restarted or its counters were reset (CONFIG RESETSTAT) in between: a difference would be made up.
 */
export function windowBetween(first: Info, second: Info, seconds: number): Fact<WindowFacts> {
  const before = parseCounters(first);
  const after = parseCounters(second);
  if (before === null || after === null) return missing("not-supported", "INFO of this server has no stats section");
  if (parseServer(first)?.runId !== parseServer(second)?.runId)
    return missing("not-sampled", "the server restarted between the two samples");
  if (onlyEverGrow.some((field) => (after[field] ?? 0) < (before[field] ?? 0)))
    return missing("not-sampled", "the counters were reset between the two samples");
  return known({
    basis: "sample",
    seconds,
    counters: growthOf(before, after),
    commands: commandGrowth(first, second),
    errors: errorGrowth(first, second),
  });
}

/** The averages since the server started (or since CONFIG RESETSTAT, which INFO does not tell). */
export function windowSinceStart(info: Info): Fact<WindowFacts> {
  const counters = parseCounters(info);
  const seconds = parseServer(info)?.uptimeSeconds;
  if (counters === null || seconds === null || seconds === undefined)
    return missing("not-supported", "INFO of this server has no stats or server section");
  return known({
    basis: "since-start",
    seconds,
    counters: growthOf({}, counters),
    commands: commandGrowth({}, info),
    errors: parseErrorStats(info),
  });
}

/** Counters that shrank are left out rather than shown negative. */
export function growthOf(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const growth: Record<string, number> = {};
  for (const [field, value] of Object.entries(after)) {
    const grown = value - (before[field] ?? 0);
    if (!gauge.test(field) && grown >= 0) growth[field] = grown;
  }
  return growth;
}

function commandGrowth(first: Info, second: Info): WindowFacts["commands"] {
  const before = parseCommandStats(first) ?? {};
  const commands: WindowFacts["commands"] = {};
  for (const [name, { calls, usec }] of Object.entries(parseCommandStats(second) ?? {})) {
    const grown = calls - (before[name]?.calls ?? 0);
    if (grown > 0) commands[name] = { calls: grown, usec: usec - (before[name]?.usec ?? 0) };
  }
  return commands;
}

function errorGrowth(first: Info, second: Info): WindowFacts["errors"] {
  const after = parseErrorStats(second);
  if (after === null) return null;
  const grown = Object.entries(growthOf(parseErrorStats(first) ?? {}, after)).filter(([, count]) => count > 0);
  return Object.fromEntries(grown);
}
