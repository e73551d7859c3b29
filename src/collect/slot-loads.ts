import type { Clock } from "../model/clock.js";
import { known, mapFact, missing, type Fact } from "../model/fact.js";
import { slotCount } from "../model/hash-slot.js";
import type { FleetNode } from "../model/node-port.js";
import type { SlotLoad, SlotLoads } from "../model/slot-loads.js";
import type { SlotRange } from "../model/slot-ranges.js";
import type { SlotStats } from "../model/slot-stats.js";
import { numberField, parseInfo } from "../protocol/info.js";
import { ask, whyMissing } from "./ask.js";
import { countKeysBySlot, type SlotNumbers } from "./count-keys-by-slot.js";
import { collectSlotStats } from "./keyspace/slot-stats.js";

/** A primary and the slots that it owns. */
export interface SlotSource {
  node: FleetNode;
  slots: readonly SlotRange[];
}

export interface SlotLoadRequest {
  /** Between the two samples of CPU time. Null: `ops` is not asked for, and missing. */
  opsSampleMs: number | null;
}

/**
 * What each slot carries, asked of all primaries at the same time. Read-only: CLUSTER COUNTKEYSINSLOT for every slot in
 * pipelines (O(1) each), CLUSTER SLOT-STATS where the server has it, INFO memory. What a primary cannot answer makes that
 * measure a missing fact; only the abort of the run is thrown.
 */
export async function collectSlotLoads(
  sources: readonly SlotSource[],
  { opsSampleMs }: SlotLoadRequest,
  clock: Clock,
): Promise<SlotLoads> {
  const answers = await Promise.all(sources.map((source) => askPrimary(source, opsSampleMs, clock)));
  const bytes = answers.map((answer) => answer.bytes);
  const estimated = bytes.some((fact) => fact.ok && fact.value.basis === "estimated");
  return {
    keys: together(
      answers.map(({ keys }) => keys),
      "measured",
      "Keys of each slot were counted.",
    ),
    bytes: together(
      bytes.map((fact) => mapFact(fact, ({ numbers }) => numbers)),
      estimated ? "estimated" : "measured",
      estimated
        ? "Bytes are estimated: the dataset of each primary, spread over its slots by their keys. Slots with large keys hold more than this says."
        : "Bytes of each slot are the servers' own count (CLUSTER SLOT-STATS).",
    ),
    ops: together(
      answers.map(({ ops }) => ops),
      "measured",
      `Load is the CPU time that commands on each slot took within ${(opsSampleMs ?? 0) / 1000} s (CLUSTER SLOT-STATS); what comes in bursts may be missed.`,
    ),
  };
}

interface Answer {
  keys: Fact<SlotNumbers>;
  bytes: Fact<{ numbers: SlotNumbers; basis: SlotLoad["basis"] }>;
  ops: Fact<SlotNumbers>;
}

/** Reasons carry the primary's address, since they are told of the cluster as a whole. */
async function askPrimary({ node, slots }: SlotSource, opsSampleMs: number | null, clock: Clock): Promise<Answer> {
  const { address } = node.identity;
  const [keys, { stats, ops }] = await Promise.all([
    countKeysBySlot(node, slots),
    sampleStats(node, slots, opsSampleMs, clock),
  ]);
  const bytes = measuredBytes(stats, slots) ?? (await estimatedBytes(node, keys));
  return { keys: named(address, keys), bytes: named(address, bytes), ops: named(address, ops) };
}

async function sampleStats(node: FleetNode, slots: readonly SlotRange[], opsSampleMs: number | null, clock: Clock) {
  const startMs = clock.monotonicMs();
  const stats = await statsOf(node);
  if (opsSampleMs === null)
    return { stats, ops: missing("not-sampled", "load per slot takes two samples, and none were asked for") };
  const hasCpu = mapFact(stats, (bySlot) => cpuBySlot(bySlot, slots));
  if (!hasCpu.ok) return { stats, ops: hasCpu };
  if (hasCpu.value === null) return { stats, ops: missing("not-supported", "cluster-slot-stats-enabled is not yes") };
  await clock.sleep(opsSampleMs);
  const laterMs = clock.monotonicMs();
  const later = mapFact(await statsOf(node), (bySlot) => cpuBySlot(bySlot, slots));
  return { stats, ops: later.ok ? cpuRates(hasCpu.value, later.value, (laterMs - startMs) / 1000) : later };
}

async function statsOf(node: FleetNode): Promise<Fact<SlotStats>> {
  try {
    return await collectSlotStats(await node.openRedis());
  } catch (error) {
    return whyMissing(error);
  }
}

/** Null where the server does not count CPU time. */
function cpuBySlot(stats: SlotStats, slots: readonly SlotRange[]): SlotNumbers | null {
  const numbers: SlotNumbers = new Map();
  for (const slot of eachSlot(slots)) {
    const stat = stats.get(slot);
    if (stat?.cpuMicroseconds === null) return null;
    numbers.set(slot, stat?.cpuMicroseconds ?? 0);
  }
  return numbers;
}

function cpuRates(before: SlotNumbers, after: SlotNumbers | null, seconds: number): Fact<SlotNumbers> {
  const rates: SlotNumbers = new Map();
  for (const [slot, microseconds] of before) {
    const spent = (after?.get(slot) ?? -1) - microseconds;
    if (spent < 0) return missing("not-sampled", `the counters of slot ${slot} were reset between the two samples`);
    rates.set(slot, spent / seconds);
  }
  return known(rates);
}

function measuredBytes(stats: Fact<SlotStats>, slots: readonly SlotRange[]): Answer["bytes"] | null {
  if (!stats.ok) return null;
  const numbers: SlotNumbers = new Map();
  for (const slot of eachSlot(slots)) {
    const bytes = stats.value.get(slot)?.memoryBytes;
    if (bytes === undefined) return null;
    numbers.set(slot, bytes);
  }
  return known({ numbers, basis: "measured" });
}

async function estimatedBytes(node: FleetNode, keys: Fact<SlotNumbers>): Promise<Answer["bytes"]> {
  if (!keys.ok) return keys;
  const dataset = await datasetBytesOf(node);
  if (!dataset.ok) return dataset;
  let total = 0;
  for (const count of keys.value.values()) total += count;
  // An empty node's dataset is what the server itself takes; none of it is a slot's.
  const bytesPerKey = total === 0 ? 0 : dataset.value / total;
  const numbers: SlotNumbers = new Map([...keys.value].map(([slot, count]) => [slot, count * bytesPerKey]));
  return known({ numbers, basis: "estimated" });
}

async function datasetBytesOf(node: FleetNode): Promise<Fact<number>> {
  try {
    const port = await node.openRedis();
    return await ask(
      port.call("INFO", "memory"),
      (reply) => (typeof reply === "string" ? numberField(parseInfo(reply)["memory"], "used_memory_dataset") : null),
      "INFO memory does not say how large the dataset is",
    );
  } catch (error) {
    return whyMissing(error);
  }
}

function together(facts: readonly Fact<SlotNumbers>[], basis: SlotLoad["basis"], how: string): Fact<SlotLoad> {
  const perSlot = new Array<number>(slotCount).fill(0);
  for (const fact of facts) {
    if (!fact.ok) return fact;
    for (const [slot, number] of fact.value) perSlot[slot] = number;
  }
  return known({ perSlot, basis, how });
}

function named<T>(address: string, fact: Fact<T>): Fact<T> {
  return fact.ok ? fact : missing(fact.cause, `${address}: ${fact.reason}`);
}

function* eachSlot(ranges: readonly SlotRange[]): Generator<number> {
  for (const [first, last] of ranges) for (let slot = first; slot <= last; slot++) yield slot;
}
