import type { UseTable } from "../../model/eviction-advice.js";
import type { Evidence, EvidenceUnit } from "../../model/finding.js";
import type { KeySample, SampledKey } from "../../model/key-sample.js";
import type { Num } from "../../model/facts.js";
import type { DataRole, NodeIdentity } from "../../model/node.js";
import type { ObservedNode, ObservedTarget } from "../../model/observation.js";
import { evidence } from "../rule.js";
import { growth, hitRatePercent, perSecond } from "../window.js";
import { estimateBytes, estimateKeys } from "./estimate.js";
import { keptKeys, type KeptKeys } from "./kept-keys.js";
import { useTable } from "./use-table.js";

/** All that the choice of policy and maxmemory rests on, of one Redis or Valkey target. */
export interface TargetView {
  target: string;
  role: DataRole | null;
  /** Those that answered, primaries first. */
  nodes: NodeView[];
  primaries: NodeView[];
  /** Of the primaries together. Null: not known. */
  keys: Num;
  expires: Num;
  /** Share of what has a TTL: of bytes by the sample, else of keys. Null without keys. */
  expiringPercent: Num;
  kept: KeptKeys[];
  use: UseTable;
  sample: KeySample;
  /** Keys without a TTL that the sample did not see, so that nobody knows their names; 0 where it saw all. Null: not known. */
  unseenWithoutTtl: Num;
  sizesKnown: boolean;
  ttlsKnown: boolean;
  hitPercent: Num;
  /** Why the hit rate is not known. */
  hitUnknown: string | null;
  evictionsPerSecond: Num;
  /** Writes refused for lack of memory within the window. */
  refusedWrites: Num;
  /** Of the fullest primary; null: no limit, or not known. */
  fillPercent: Num;
}

export interface NodeView {
  node: NodeIdentity;
  policy: string | null;
  /** What counts against maxmemory: used_memory less mem_not_counted_for_evict. */
  usedBytes: Num;
  peakBytes: Num;
  maxmemoryBytes: Num;
  hostBytes: Num;
  fragmentationRatio: Num;
  uptimeSeconds: Num;
}

/** Fewer lookups say nothing about a rate: a handful more hits would turn it over. */
const fewestLookups = 100;

/** Facts and sample, joined. Pure. */
export function targetView({ target, nodes: observed }: ObservedTarget, sample: KeySample): TargetView {
  const answered = observed.filter(({ node, facts }) => node.family === "redis" && facts.memory?.ok === true);
  const nodes = answered.map(nodeView);
  const primaries = nodes.filter(({ node }) => node.role === "primary");
  const owners = answered.filter(({ node }) => node.role === "primary");
  const keyspaces = owners.map(({ facts: { keyspace } }) => (keyspace?.ok === true ? keyspace.value : null));
  const keys = sumKnown(keyspaces.map((one) => one?.keys ?? null));
  const expires = sumKnown(keyspaces.map((one) => one?.expires ?? null));
  const fills = primaries.flatMap(({ usedBytes, maxmemoryBytes }) =>
    usedBytes === null || !maxmemoryBytes ? [] : [(100 * usedBytes) / maxmemoryBytes],
  );
  const seen = sample.strata.flatMap((stratum) => stratum.keys);
  return {
    ...{ target: target.name, role: target.role, nodes, primaries, keys, expires, sample },
    expiringPercent: expiringPercent(sample, keys, expires),
    kept: keptKeys(sample.strata),
    use: useTable(sample),
    unseenWithoutTtl: unseenWithoutTtl(keys, expires, seen),
    sizesKnown: seen.some(({ bytes }) => bytes !== null),
    ttlsKnown: seen.some(({ ttlMs }) => ttlMs !== null),
    ...traffic(owners),
    fillPercent: fills.length === 0 ? null : Math.max(...fills),
  };
}

/** The same fact of each primary, as evidence. */
export function evidenceOf(
  view: TargetView,
  fact: string,
  of: (node: NodeView) => Evidence["value"],
  unit: EvidenceUnit = "text",
): Evidence[] {
  return view.primaries.map((one) => evidence(one.node, fact, of(one), unit));
}

/** Of all nodes together: the target's name stands in the node's place. */
export function targetEvidence(
  { target }: TargetView,
  fact: string,
  value: Evidence["value"],
  unit: EvidenceUnit = "percent",
): Evidence {
  return { node: target, fact, value: typeof value === "number" ? Math.round(value * 10) / 10 : value, unit };
}

/** What all values have in common; null when they differ or one is not known. */
export function common<T>(values: readonly (T | null)[]): T | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

function nodeView({ node, facts }: ObservedNode): NodeView {
  const memory = facts.memory?.ok === true ? facts.memory.value : null;
  const config = facts.config?.ok === true ? facts.config.value : {};
  const used = memory?.usedBytes ?? null;
  return {
    node,
    policy: memory?.maxmemoryPolicy ?? config["maxmemory-policy"] ?? null,
    usedBytes: used === null ? null : used - (memory?.notCountedForEvictBytes ?? 0),
    peakBytes: memory?.peakBytes ?? null,
    maxmemoryBytes: memory?.maxmemoryBytes ?? null,
    hostBytes: memory?.totalSystemBytes ?? null,
    fragmentationRatio: memory?.fragmentationRatio ?? null,
    uptimeSeconds: facts.server?.ok === true ? facts.server.value.uptimeSeconds : null,
  };
}

function expiringPercent(sample: KeySample, keys: Num, expires: Num): Num {
  const withTtl = estimateBytes(sample.strata, ({ ttlMs }) => ttlMs !== null && ttlMs >= 0);
  const known = estimateBytes(sample.strata, ({ ttlMs }) => ttlMs !== null);
  if (withTtl !== null && known !== null && known.value > 0) return (100 * withTtl.value) / known.value;
  if (keys !== null && expires !== null) return keys === 0 ? null : (100 * expires) / keys;
  const counted = estimateKeys(sample.strata, ({ ttlMs }) => ttlMs !== null).value;
  return counted === 0 ? null : (100 * estimateKeys(sample.strata, ({ ttlMs }) => (ttlMs ?? -1) >= 0).value) / counted;
}

function unseenWithoutTtl(keys: Num, expires: Num, seen: readonly SampledKey[]): Num {
  if (keys === null || expires === null) return null;
  return Math.max(0, keys - expires - seen.filter(({ ttlMs }) => ttlMs === -1).length);
}

function traffic(
  owners: readonly ObservedNode[],
): Pick<TargetView, "hitPercent" | "hitUnknown" | "evictionsPerSecond" | "refusedWrites"> {
  const windows = owners.flatMap(({ facts: { window } }) => (window?.ok === true ? [window.value] : []));
  const whole = windows.length === owners.length && windows.length > 0;
  const total = (of: (window: (typeof windows)[number]) => Num) => (whole ? sumKnown(windows.map(of)) : null);
  const hits = total((window) => growth(window, "keyspace_hits"));
  const misses = total((window) => growth(window, "keyspace_misses"));
  const rates = {
    // Since start, evictions are history: months old, perhaps.
    evictionsPerSecond: total((one) => (one.basis === "sample" ? perSecond(one, "evicted_keys") : null)),
    refusedWrites: total((one) => (one.errors === null || one.basis !== "sample" ? null : (one.errors["OOM"] ?? 0))),
  };
  if (hits === null || misses === null)
    return { ...rates, hitPercent: null, hitUnknown: "INFO stats does not show keyspace_hits of every primary" };
  if (hits + misses >= fewestLookups) return { ...rates, hitPercent: hitRatePercent(hits, misses), hitUnknown: null };
  return {
    ...rates,
    hitPercent: null,
    hitUnknown: `there were ${hits + misses} lookups in the window, fewer than ${fewestLookups}`,
  };
}

function sumKnown(values: readonly Num[]): Num {
  return values.reduce(
    (sum, value) => (sum === null || value === null ? null : sum + value),
    values.length === 0 ? null : 0,
  );
}
