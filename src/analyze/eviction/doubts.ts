import type { Doubt, MaxmemoryChoice, PolicyChoice } from "../../model/eviction-advice.js";
import { recentUse } from "./recent-use.js";
import type { TargetView } from "./target-view.js";

/** A share estimated from fewer keys may be off by more than ten points. */
const fewestSampled = 100;

interface Chosen {
  view: TargetView;
  policy: PolicyChoice;
  maxmemory: MaxmemoryChoice;
}

/** What the choice would rest on and does not know, each with what would make it sure. Pure. */
export function doubtsOf(chosen: Chosen): Doubt[] {
  return [...aboutTarget(chosen), ...aboutSample(chosen), ...aboutUse(chosen), ...aboutMemory(chosen)];
}

function aboutTarget({ view, policy }: Chosen): Doubt[] {
  const doubts: Doubt[] = [];
  if (view.role === null)
    doubts.push({
      about: "policy",
      unsure: "Whether these keys may be lost: nobody said what they are for.",
      sureBy: "Say so in the profile: role: cache, store, queue or session.",
    });
  if (view.primaries.length === 0 && view.nodes.length > 0)
    doubts.push({
      about: "both",
      unsure:
        "What the primary sees: on a replica, reads at the primary leave no trace, and its idle times are its own.",
      sureBy: "Run it on a profile that leads to the primary.",
    });
  if (policy.current === null && view.nodes.length > 1)
    doubts.push({
      about: "policy",
      unsure: "Which policy is meant: the nodes have different ones, or one of them does not tell.",
      sureBy: "See cachectl evict-policy get, and give all nodes the same.",
    });
  if (view.keys === 0)
    doubts.push({
      about: "both",
      unsure: "What will be stored here: there are no keys.",
      sureBy: "Run it again when the application has worked for as long as its longest usual TTL.",
    });
  return doubts;
}

function aboutSample({ view }: Chosen): Doubt[] {
  const { sample, use, keys } = view;
  const doubts: Doubt[] = sample.refused
    .filter(({ command }) => !isOtherPolicys(command, use.basis))
    .map(({ command, reason, nodes }) => ({
      about: "both",
      unsure: `${meaning[command] ?? `What ${command} would tell`} on ${nodes.join(", ")}: ${reason}.`,
      sureBy: `Allow ${command} to this login (${grant(command)}); it changes nothing.`,
    }));
  doubts.push(
    ...sample.gaps.map((gap) => ({
      about: "both" as const,
      unsure: `Keys that could not be looked at: ${gap.replace(/\.$/, "")}.`,
      sureBy: "Mend what kept them from being seen and run it again.",
    })),
  );
  if (use.sampledKeys < use.totalKeys && use.sampledKeys < fewestSampled)
    doubts.push({
      about: "both",
      unsure: `Every share: only ${use.sampledKeys} of ${use.totalKeys} keys were looked at.`,
      sureBy: "Give a larger bound with --limit.",
    });
  if (keys === 0 || view.role === "queue" || view.role === "store") return doubts;
  const unseen = view.unseenWithoutTtl ?? 0;
  const seen = sample.strata.some((one) => one.keys.some(({ ttlMs }) => ttlMs === -1));
  if (unseen > 0)
    doubts.push({
      about: "policy",
      unsure: `What ${unseen} keys without a TTL are: the sample did not see them, and a lock, a tag set or a queue may be among them.`,
      sureBy: `Look at all keys: --limit ${Math.max(keys ?? 0, use.totalKeys)}, or cachectl bigkeys.`,
    });
  else if (seen)
    doubts.push({
      about: "policy",
      unsure:
        "Whether every key without a TTL can be made again: names tell locks, tag sets and queues only where they are called so.",
      sureBy: "Look at the groups without a TTL: cachectl bigkeys lists them.",
    });
  return doubts;
}

const meaning: Readonly<Record<string, string>> = {
  "OBJECT IDLETIME": "How much of the data is in use",
  "OBJECT FREQ": "How often keys are used",
  "MEMORY USAGE": "How large the keys are (shares are of keys, not of bytes)",
  PTTL: "Which keys have a TTL",
  TYPE: "Of which type the keys are",
};

/** OBJECT IDLETIME is refused under an LFU policy whatever the login may do, and FREQ under the others. */
function isOtherPolicys(command: string, basis: TargetView["use"]["basis"]): boolean {
  return (command === "OBJECT IDLETIME" && basis === "frequency") || (command === "OBJECT FREQ" && basis === "idle");
}

function grant(command: string): string {
  return `ACL SETUSER … +${command.toLowerCase().replace(" ", "|")}`;
}

function aboutUse({ view, policy }: Chosen): Doubt[] {
  const doubts: Doubt[] = [];
  const keepsKeys = policy.chosen === "noeviction";
  if (view.keys === 0 || view.primaries.length === 0) return doubts;
  if (view.hitUnknown !== null && !keepsKeys)
    doubts.push({
      about: "both",
      unsure: `How well the cache does its work: ${view.hitUnknown}.`,
      sureBy: "Run it under the usual load, with a longer --sample.",
    });
  if (view.use.basis === "frequency")
    doubts.push({
      about: "maxmemory",
      unsure: "When keys were last used: an LFU policy keeps counters instead of idle times.",
      sureBy:
        "Counters above 5 are taken for in use; compare hit rates before and after with cachectl evict-policy set --observe.",
    });
  if (view.use.basis === "idle" && recentUse(view) === null && !keepsKeys)
    doubts.push({
      about: "maxmemory",
      unsure: "How much of the data is in use: the server has not run for long enough to tell.",
      sureBy: "Run it again when the server has been up for two hours.",
    });
  if ((view.evictionsPerSecond ?? 0) > 0)
    doubts.push({
      about: "maxmemory",
      unsure: "How much memory all that is asked for would take: evicted keys are gone and cannot be counted.",
      sureBy:
        "Raise maxmemory step by step and compare hit rate and evictions: cachectl evict-policy set … --observe 5m.",
    });
  if (policy.chosen?.endsWith("-lru") === true && (view.evictionsPerSecond ?? 0) > 0)
    doubts.push({
      about: "policy",
      unsure: "Whether keys are read more than once: idle times show the last use only, so that LFU may do better.",
      sureBy:
        "See which keys are read with cachectl bigkeys --hot monitor, or try LFU on one node and compare hit rates.",
    });
  if (policy.chosen?.endsWith("-lru") === true && policy.current === "noeviction")
    doubts.push({
      about: "policy",
      unsure:
        "Whether the hit rate rises: under noeviction the keys that came first stay, and where those happen to be the ones that are read most, LRU gives up some of them for newer ones.",
      sureBy: "Compare hit rates before and after under the same load: cachectl evict-policy set … --observe 5m.",
    });
  if (policy.chosen?.endsWith("-lfu") === true && policy.current?.endsWith("-lfu") === false)
    doubts.push({
      about: "policy",
      unsure:
        "What LFU does at first: the times of last use are reread as counters, so that hot keys may go before cold ones (redis#15375).",
      sureBy: "Change it at a quiet hour, with maxmemory raised until the counters have grown.",
    });
  return doubts;
}

function aboutMemory({ maxmemory }: Chosen): Doubt[] {
  const { chosenBytes, currentBytes } = maxmemory;
  if (chosenBytes === null || chosenBytes === currentBytes) return [];
  const doubts: Doubt[] = [
    {
      about: "maxmemory",
      unsure:
        "What else needs the host's memory: total_system_memory is the whole host's, also in a container with a smaller limit, and other programs do not show.",
      sureBy: "Compare with free -m on the host, and with the container's limit.",
    },
  ];
  if (currentBytes === 0)
    doubts.push({
      about: "maxmemory",
      unsure: "How fast the data grows: one look does not show it.",
      sureBy: "Compare used_memory over a day or more.",
    });
  return doubts;
}
