import type { MaxmemoryChoice, PolicyChoice, Reason } from "../../model/eviction-advice.js";
import type { Confidence, Priority } from "../../model/finding.js";
import { roomyMaxmemory } from "../memory-limit.js";
import { roomyPercent } from "./choose-policy.js";
import { hostCeiling, type HostCeiling } from "./host-ceiling.js";
import { recentUse } from "./recent-use.js";
import { common, evidenceOf, targetEvidence, type TargetView } from "./target-view.js";
import { shareBelow } from "./use-table.js";

const mebibyte = 1024 * 1024;

/** A limit that a small cache reaches in its first hour is no help. */
const leastBytes = 100 * mebibyte;

/** memory-near-limit begins here. */
const nearPercent = 80;

/** A limit is not worth changing for less. */
const worthwhile = 1.05;

/** Where lookups hit so often, more memory would win next to nothing. */
const enoughHitPercent = 95;

/** Which limit the nodes should have, never above what their hosts can hold, and never so low that keys would have to go at once. Pure. */
export function chooseMaxmemory(view: TargetView, policy: PolicyChoice): MaxmemoryChoice {
  const current = common(view.nodes.map(({ maxmemoryBytes }) => maxmemoryBytes));
  const ceiling = hostCeiling(view);
  const say = (
    chosenBytes: number | null,
    because: string,
    evidence: Reason["evidence"],
    { confidence = "medium", priority = null }: { confidence?: Confidence; priority?: Priority | null } = {},
  ): MaxmemoryChoice => ({
    ...{ currentBytes: current, chosenBytes, confidence },
    priority: chosenBytes === null || chosenBytes === current ? null : (priority ?? "low"),
    reasons: [{ because, evidence }],
  });
  const used = mostUsed(view);
  if (view.primaries.length === 0) return say(null, "No primary answered.", [], { confidence: "low" });
  if (used === null || view.nodes.some(({ maxmemoryBytes }) => maxmemoryBytes === null))
    return say(null, "INFO does not show what is used and what the limit is on every node.", [], { confidence: "low" });
  const host = hostEvidence(view, ceiling);
  const largest = Math.max(...view.nodes.map(({ maxmemoryBytes }) => maxmemoryBytes ?? 0));
  if (view.nodes.some(({ maxmemoryBytes }) => maxmemoryBytes === 0)) return limitUnlimited();
  if (ceiling !== null && largest > ceiling.bytes) return lowerToHost(ceiling);
  if (current === null)
    return say(
      largest,
      "The nodes have different limits: the largest fits their hosts, and a failover should change nothing.",
      limits(view),
      { confidence: "high" },
    );
  const fill = (100 * used) / current;
  if (fill < roomyPercent && (view.evictionsPerSecond ?? 0) === 0)
    return say(current, "The data fills less than half of it and nothing is evicted.", limits(view), {
      confidence: "high",
    });
  if (policy.chosen === "noeviction" || policy.chosen === null) return roomForStore(current, fill);
  return roomForCache(current, fill);

  function limitUnlimited(): MaxmemoryChoice {
    if (ceiling === null)
      return say(null, "There is no limit, and the hosts' memory is not known.", limits(view), { confidence: "low" });
    const peak = Math.max(used ?? 0, ...view.primaries.map(({ peakBytes }) => peakBytes ?? 0));
    const wanted = Math.max(2 * peak, leastBytes);
    const bytes = toMebibytes(Math.min(wanted, ceiling.bytes));
    if (bytes * nearPercent < 100 * (used ?? 0))
      return say(
        null,
        "There is no limit, and the data already is as large as its host can hold: any limit that protects the host would evict or refuse writes at once.",
        [...limits(view), ...host],
        { confidence: "low" },
      );
    const because =
      wanted < ceiling.bytes
        ? "Without a limit no policy ever acts, and the data grows until the system ends the server. Twice the peak leaves room to grow, and the host can hold it."
        : "Without a limit no policy ever acts, and the data grows until the system ends the server. This is what the host can hold.";
    return say(
      bytes,
      because,
      [...limits(view), ...evidenceOf(view, "used_memory_peak", ({ peakBytes }) => peakBytes, "bytes"), ...host],
      { priority: "medium" },
    );
  }

  function lowerToHost(most: HostCeiling): MaxmemoryChoice {
    const bytes = toMebibytes(most.bytes);
    const why = "The limit is more than the host can hold beside a fork's copied pages and its other nodes here";
    if (bytes * nearPercent < 100 * (used ?? 0))
      return say(
        null,
        `${why}, and the data already is too large for a lower one: it would evict or refuse writes at once.`,
        [...limits(view), ...host],
      );
    return say(bytes, `${why}; the data fits well below a lower one.`, [...limits(view), ...host], {
      priority: "medium",
    });
  }

  function roomForStore(limit: number, fill: number): MaxmemoryChoice {
    if (fill < nearPercent)
      return say(limit, "The data leaves a fifth or more of it free.", limits(view), { confidence: "high" });
    return raise(
      limit,
      roomyMaxmemory(used ?? 0),
      policy.chosen === null
        ? "Whether anything may be evicted is not known, and room does no harm: this fills it to 70 %."
        : "Nothing is to be evicted, so that writes are refused when the limit is reached: this fills it to 70 %.",
      "high",
    );
  }

  function roomForCache(limit: number, fill: number): MaxmemoryChoice {
    const evicts = (view.evictionsPerSecond ?? 0) > 0;
    if (!evicts && fill < nearPercent)
      return say(limit, "Nothing is evicted, and a fifth or more of it is free.", limits(view), { confidence: "high" });
    if (evicts && view.hitPercent !== null && view.hitPercent >= enoughHitPercent)
      return say(
        limit,
        "Keys are evicted, and lookups find what they look for all the same.",
        [...limits(view), targetEvidence(view, "hit rate", view.hitPercent)],
        { confidence: "high" },
      );
    const set = workingSet(view, used ?? 0);
    if (set === null)
      return say(
        limit,
        "How much of the data is in use is not known, so that neither more nor less can be justified.",
        limits(view),
        { confidence: "low" },
      );
    const evidence = [targetEvidence(view, `in use on the fullest primary (${set.what}), about`, set.bytes, "bytes")];
    if (set.bytes * 100 <= limit * nearPercent)
      return say(limit, `What is in use fits with room to spare; the rest is what eviction is for.`, [
        ...limits(view),
        ...evidence,
      ]);
    return raise(
      limit,
      roomyMaxmemory(set.bytes),
      "What is in use takes more than four fifths of the limit, so that keys would be evicted that are still read.",
      evicts ? "medium" : "low",
      evidence,
    );
  }

  function raise(
    limit: number,
    wanted: number,
    because: string,
    priority: Priority,
    evidence: Reason["evidence"] = [],
  ): MaxmemoryChoice {
    const all = [...limits(view), ...evidence, ...host];
    if (ceiling === null)
      return say(
        null,
        `${because} The hosts' memory is not known, so that how far it may be raised is not either.`,
        all,
        { confidence: "low" },
      );
    const bytes = toMebibytes(Math.min(wanted, ceiling.bytes));
    if (bytes < limit * worthwhile)
      return say(
        limit,
        `${because} The host cannot hold more: part the data over more nodes, or use a larger host.`,
        all,
        { confidence: "high" },
      );
    return say(bytes, because, all, { priority });
  }
}

/** Bytes in use on the fullest primary. */
function workingSet(view: TargetView, used: number): { bytes: number; what: string } | null {
  const recent = recentUse(view);
  if (recent !== null) return { bytes: (used * recent.percent) / 100, what: `used within ${recent.seconds} s` };
  const cold = view.use.basis === "frequency" ? shareBelow(view.use, 6) : null;
  return cold === null ? null : { bytes: (used * (100 - cold)) / 100, what: "LFU counter above 5" };
}

function mostUsed({ primaries }: TargetView): number | null {
  const used = primaries.map(({ usedBytes }) => usedBytes);
  return used.includes(null) ? null : Math.max(...used.map((bytes) => bytes ?? 0));
}

function limits(view: TargetView): Reason["evidence"] {
  return [
    ...evidenceOf(view, "memory that counts", ({ usedBytes }) => usedBytes, "bytes"),
    ...evidenceOf(view, "maxmemory", ({ maxmemoryBytes }) => maxmemoryBytes, "bytes"),
  ];
}

function hostEvidence(view: TargetView, ceiling: HostCeiling | null): Reason["evidence"] {
  if (ceiling === null) return [];
  return [
    ...evidenceOf(view, "total_system_memory", ({ hostBytes }) => hostBytes, "bytes"),
    targetEvidence(view, "nodes of this target on that host", ceiling.nodesOnHost, "count"),
    targetEvidence(view, "most that its host can hold", ceiling.bytes, "bytes"),
  ];
}

function toMebibytes(bytes: number): number {
  return bytes < mebibyte ? Math.floor(bytes) : Math.floor(bytes / mebibyte) * mebibyte;
}
