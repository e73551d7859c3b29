import type { EvictionAdvice, FurtherAdvice, MaxmemoryChoice, PolicyChoice } from "../../model/eviction-advice.js";
import type { KeySample } from "../../model/key-sample.js";
import type { ObservedTarget } from "../../model/observation.js";
import { shellQuote } from "../../model/shell-quote.js";
import { chooseMaxmemory } from "./choose-maxmemory.js";
import { choosePolicy } from "./choose-policy.js";
import { enoughPercent, isInert } from "./choose-scope.js";
import { doubtsOf } from "./doubts.js";
import { targetEvidence, targetView, type TargetView } from "./target-view.js";

/**
 * The eviction policy and maxmemory for one Redis or Valkey target, from its facts and a bounded sample of its keys, with the
 * reasons, what is not known, and what would make it known. Pure.
 */
export function adviseEviction(observed: ObservedTarget, sample: KeySample): EvictionAdvice {
  const view = targetView(observed, sample);
  const policy = choosePolicy(view);
  const maxmemory = chooseMaxmemory(view, policy);
  return {
    target: view.target,
    policy,
    maxmemory,
    further: furtherAdvice(view, policy),
    use: view.use,
    doubts: doubtsOf({ view, policy, maxmemory }),
    command: commandFor(view.target, policy, maxmemory),
  };
}

/** One line for both, since each alone may evict or refuse at once what the other would have prevented. */
function commandFor(
  target: string,
  policy: PolicyChoice,
  { chosenBytes, currentBytes }: MaxmemoryChoice,
): string | null {
  const limited = chosenBytes !== null && chosenBytes !== currentBytes;
  const name = policy.chosen ?? policy.current;
  if (name === null || (name === policy.current && !limited)) return null;
  const words = ["evict-policy", "set", name, ...(limited ? ["--maxmemory", String(chosenBytes)] : []), "-p", target];
  return ["cachectl", ...words.map(shellQuote)].join(" ");
}

function furtherAdvice(view: TargetView, { current }: PolicyChoice): FurtherAdvice[] {
  const cacheLike = view.role === "cache" || view.role === "session";
  const percent = view.expiringPercent;
  if (!cacheLike || percent === null || view.keys === 0 || view.primaries.length === 0) return [];
  const evidence = [targetEvidence(view, `${view.sizesKnown ? "bytes" : "keys"} with a TTL, about`, percent)];
  if (view.kept.length > 0 && percent < enoughPercent)
    return [
      {
        id: "part-kept-keys",
        issue: "Keys that must stay share a server with cached ones, and neither have a TTL",
        action:
          "Give the cached keys a TTL (SET … EX), or move locks, tag sets and queues to a server of their own with noeviction; then run this again.",
        priority: (view.fillPercent ?? 0) >= 80 ? "high" : "medium",
        confidence: "medium",
        evidence: [
          ...evidence,
          ...view.kept.map(({ kind, keys }) =>
            targetEvidence(view, `${kind} without a TTL, about`, keys.value, "count"),
          ),
        ],
      },
    ];
  if (!isInert(view, current)) return [];
  return [
    {
      id: "set-ttls",
      issue: "The policy in force evicts keys with a TTL, and hardly any has one",
      action: "Set a TTL with every write (SET … EX), so that stale entries go by themselves, whatever the policy.",
      priority: "low",
      confidence: "high",
      evidence,
    },
  ];
}
