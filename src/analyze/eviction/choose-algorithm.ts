import type { Reason } from "../../model/eviction-advice.js";
import type { Confidence } from "../../model/finding.js";
import { recentUse } from "./recent-use.js";
import { shareBelow } from "./use-table.js";
import { targetEvidence, type TargetView } from "./target-view.js";

interface AlgorithmChoice {
  /** What follows `allkeys-` or `volatile-`. */
  algorithm: string;
  confidence: Confidence;
  reasons: Reason[];
}

/** hit-rate-low's threshold: below, a busy cache does not do its work. */
const lowHitPercent = 80;

/** Of what is stored, used so recently that the least recently used key is hardly older than the most: recency tells nothing. */
const churnPercent = 90;

/** Recency or frequency. What is in force stays unless the facts speak against it: a change makes the server forget what it knew. */
export function chooseAlgorithm(view: TargetView, current: string | null): AlgorithmChoice {
  const algorithm = current?.split("-")[1];
  if (algorithm === "lfu") return keepLfu(view);
  if (algorithm === "lru" && churns(view)) return { algorithm: "lfu", confidence: "low", reasons: [churnReason(view)] };
  if (algorithm === "lru" || algorithm === "lrm" || algorithm === "ttl")
    return { algorithm, confidence: "high", reasons: [] };
  return toLru(view);
}

function keepLfu(view: TargetView): AlgorithmChoice {
  // Above LFU_INIT_VAL, 5, a key has been used again since it was written.
  const cold = view.use.basis === "frequency" ? shareBelow(view.use, 6) : null;
  if (cold === null) return { algorithm: "lfu", confidence: "high", reasons: [] };
  const evidence = [targetEvidence(view, "bytes whose counter is 5 or less, about", cold)];
  if (cold >= 99.5)
    return {
      algorithm: "lfu",
      confidence: "low",
      reasons: [
        {
          because:
            "Hardly any key's counter is above where it began, so LFU has nothing to tell keys apart by yet: keys are new, never read twice, or lfu-decay-time forgets them too soon.",
          evidence,
        },
      ],
    };
  return {
    algorithm: "lfu",
    confidence: "high",
    reasons: [
      {
        because: "The counters tell the keys that are used again from those that are not, so LFU keeps the hot ones.",
        evidence,
      },
    ],
  };
}

/** Evicting, missing, and everything in memory is young: keys pass through, and each pushes out one that would be read again. */
function churns(view: TargetView): boolean {
  const recent = recentUse(view);
  return (
    (view.evictionsPerSecond ?? 0) > 0 &&
    view.hitPercent !== null &&
    view.hitPercent < lowHitPercent &&
    recent !== null &&
    recent.percent >= churnPercent
  );
}

function churnReason(view: TargetView): Reason {
  const recent = recentUse(view);
  return {
    because:
      "Keys are evicted while nearly all of memory was used or written within the window, and many lookups miss: keys that are read once push out those that would be read again. LFU keeps what is read more than once.",
    evidence: [
      targetEvidence(view, "hit rate", view.hitPercent),
      targetEvidence(view, "evictions", view.evictionsPerSecond, "per-second"),
      ...(recent === null
        ? []
        : [targetEvidence(view, `bytes used within ${recent.seconds} s, about`, recent.percent)]),
    ],
  };
}

function toLru(view: TargetView): AlgorithmChoice {
  const recent = recentUse(view);
  return {
    algorithm: "lru",
    confidence: "high",
    reasons: [
      {
        because:
          "The server has kept the time of every key's last use all along, so LRU chooses well from its first eviction; LFU would read those times as counters and evict the wrong keys at first (redis#15375).",
        evidence:
          recent === null ? [] : [targetEvidence(view, `bytes used within ${recent.seconds} s, about`, recent.percent)],
      },
    ],
  };
}
