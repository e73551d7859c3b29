import type { Reason } from "../../model/eviction-advice.js";
import type { Confidence } from "../../model/finding.js";
import { evidenceOf, targetEvidence, type TargetView } from "./target-view.js";

/**
 * Which keys may be evicted: none, those with a TTL, all. `current`: those of the policy in force, since no single policy
 * would be right. `unknown`: cannot say.
 */
export interface ScopeChoice {
  scope: "none" | "volatile" | "allkeys" | "current" | "unknown";
  confidence: Confidence;
  reasons: Reason[];
}

/** With less than a fifth of the bytes to choose from, a volatile policy has evicted all of them before long, and then refuses writes. */
export const enoughPercent = 20;

/** Below, a volatile policy has next to nothing to evict (the rule volatile-policy-without-ttls, Azure's guidance). */
const hardlyPercent = 5;

/** From here on nearly everything has a TTL: whoever writes says himself that it may vanish. */
const nearlyAllPercent = 95;

/** What the data is for decides; the keys decide where that leaves a choice. */
export function chooseScope(view: TargetView, current: string | null): ScopeChoice {
  const { role } = view;
  if (role === "queue")
    return none("A queue must not lose work: an evicted list or stream is work that nobody will do.", view);
  if (role === "store") return storeScope(view, current);
  if (view.primaries.length === 0)
    return cannotSay(
      "No primary answered: a replica's idle times and lookups are not those that a policy would act on.",
    );
  if (view.keys === 0) return emptyScope(view);
  if (view.keys === null && view.expiringPercent === null)
    return cannotSay("Neither INFO keyspace nor a sample shows which keys have a TTL.");
  if (role === "session") return sessionScope(view);
  return role === "cache" ? cacheScope(view, "high", current) : unknownRoleScope(view, current);
}

function storeScope(view: TargetView, current: string | null): ScopeChoice {
  if (current?.startsWith("volatile-") !== true || (view.expires ?? 0) === 0)
    return none(
      "A store must not lose keys: when memory is full, refused writes are seen, evicted keys are not.",
      view,
    );
  return {
    scope: "current",
    confidence: "medium",
    reasons: [
      {
        because: `${current} evicts only keys with a TTL, which the application itself lets vanish; what a store must keep has none.`,
        evidence: ttlEvidence(view),
      },
    ],
  };
}

function sessionScope(view: TargetView): ScopeChoice {
  if ((view.expiringPercent ?? 0) >= enoughPercent)
    return volatile(view, view.expiringPercent ?? 0, "high", [
      "Sessions have a TTL: when memory is full, those that nobody uses go first, and what has no TTL stays.",
    ]);
  if (view.kept.length > 0) return parted(view);
  return {
    scope: "allkeys",
    confidence: "low",
    reasons: [
      {
        because:
          "Hardly any session has a TTL, so a volatile policy would refuse writes, and with them new logins; sessions that nobody uses are the least loss.",
        evidence: ttlEvidence(view),
      },
    ],
  };
}

function cacheScope(view: TargetView, confidence: Confidence, current: string | null): ScopeChoice {
  const percent = view.expiringPercent ?? 0;
  if (view.kept.length > 0)
    return percent >= enoughPercent ? volatile(view, percent, confidence, [keptText(view)]) : parted(view);
  // Both evict from the same keys: a change would win nothing.
  if (current?.startsWith("volatile-") === true && view.expires !== null && view.expires === view.keys)
    return volatile(view, percent, confidence, [
      "Every key has a TTL, so that volatile and allkeys policies evict from the same keys.",
    ]);
  const mostly = percent >= nearlyAllPercent;
  return {
    scope: "allkeys",
    // Names do not prove that what has no TTL can be made again, and those that were not seen do not even tell.
    confidence: view.unseenWithoutTtl === 0 && mostly ? confidence : confidence === "high" ? "medium" : confidence,
    reasons: [
      {
        because: mostly
          ? "Nearly everything here has a TTL and can be made again; an allkeys policy goes on working when some writer forgets the TTL."
          : "A cache's keys can be made again, also those without a TTL, and none of the sampled ones is named like a lock, a tag set or a queue.",
        evidence: ttlEvidence(view),
      },
    ],
  };
}

/** Nobody said what the data is for: nothing is put at risk that is not at risk today. */
function unknownRoleScope(view: TargetView, current: string | null): ScopeChoice {
  const percent = view.expiringPercent ?? 0;
  if (current?.startsWith("allkeys-") === true) {
    const asCache = cacheScope(view, "medium", current);
    asCache.reasons.unshift({
      because: `The profile does not say what this data is for; ${current} has been evicting any key, so it is taken for a cache.`,
      evidence: evidenceOf(view, "maxmemory-policy", ({ policy }) => policy),
    });
    return asCache;
  }
  if (percent >= enoughPercent)
    return volatile(view, percent, "medium", [
      "The profile does not say what this data is for: only keys with a TTL are certain to be allowed to vanish.",
    ]);
  const because =
    "The profile does not say whether these keys may be lost, and too few of them have a TTL for a volatile policy to work with: the choice is between losing keys and refusing writes.";
  return { ...cannotSay(because), reasons: [{ because, evidence: ttlEvidence(view) }] };
}

/** Role alone. */
function emptyScope(view: TargetView): ScopeChoice {
  const scope = view.role === "cache" ? "allkeys" : view.role === "session" ? "volatile" : "unknown";
  if (scope === "unknown")
    return cannotSay("There are no keys, and the profile does not say what is to be stored here.");
  const because = `There are no keys yet: this is what usually fits a ${view.role ?? ""}${scope === "volatile" ? " store, whose keys have a TTL" : ""}, and nothing else.`;
  return { scope, confidence: "low", reasons: [{ because, evidence: [targetEvidence(view, "keys", 0, "count")] }] };
}

/** What must stay and what may go have no TTL alike. */
function parted(view: TargetView): ScopeChoice {
  return {
    scope: "current",
    confidence: "low",
    reasons: [
      {
        because: `${keptText(view)} Too little else has a TTL for a volatile policy to work with, so that no single policy is right: the keys have to be parted, or the cached ones given a TTL, first.`,
        evidence: [...ttlEvidence(view), ...keptEvidence(view)],
      },
    ],
  };
}

function none(because: string, view: TargetView): ScopeChoice {
  return {
    scope: "none",
    confidence: "high",
    reasons: [{ because, evidence: [targetEvidence(view, "role", view.role, "text")] }],
  };
}

function volatile(view: TargetView, percent: number, confidence: Confidence, because: string[]): ScopeChoice {
  const evidence = [...ttlEvidence(view), ...keptEvidence(view)];
  const thin = percent < 2 * enoughPercent ? "medium" : confidence;
  return {
    scope: "volatile",
    confidence: thin === "high" && !view.ttlsKnown ? "medium" : thin,
    reasons: because.map((text) => ({ because: text, evidence })),
  };
}

function cannotSay(because: string): ScopeChoice {
  return { scope: "unknown", confidence: "low", reasons: [{ because, evidence: [] }] };
}

function keptText({ kept }: TargetView): string {
  const harms = kept.map(({ kind, example, harm }) => `${kind} such as ${example} (lost, ${harm})`);
  return `Among the keys without a TTL there are ${harms.join(", and ")}: an allkeys policy would evict them.`;
}

function keptEvidence(view: TargetView) {
  return view.kept.map(({ kind, keys }) => targetEvidence(view, `${kind} without a TTL, about`, keys.value, "count"));
}

function ttlEvidence(view: TargetView) {
  return [
    targetEvidence(view, "keys", view.keys, "count"),
    targetEvidence(view, "keys with a TTL", view.expires, "count"),
    targetEvidence(view, `${view.sizesKnown ? "bytes" : "keys"} with a TTL, about`, view.expiringPercent),
  ];
}

/** Whether a volatile policy is in force with next to nothing to evict: it refuses writes as noeviction does. */
export function isInert({ expires, keys }: TargetView, current: string | null): boolean {
  if (current?.startsWith("volatile-") !== true || keys === null || expires === null || keys === 0) return false;
  return (100 * expires) / keys < hardlyPercent;
}
