import { InvalidArgumentError, Option, type Command } from "commander";
import { parseMemorySize } from "../../../model/memory-size.js";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../../change-options.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import { addSelectionOptions, durationOrZero, selectionOf, type SelectionFlags } from "../../selection.js";
import type { Shell } from "../../shell.js";

interface SetFlags extends OutputFlags, SelectionFlags, ChangeFlags, Partial<Record<string, unknown>> {
  persist: boolean;
  observe: number;
  keepGoing?: boolean;
  journal?: string;
}

/** Flag as commander names it → the setting it is for. Their values are judged where the whole request is. */
const redisFlags = {
  maxmemory: "maxmemory",
  samples: "maxmemory-samples",
  tenacity: "maxmemory-eviction-tenacity",
  lfuLogFactor: "lfu-log-factor",
  lfuDecayTime: "lfu-decay-time",
};

const memcachedFlags = {
  lruMode: "lru mode",
  lruTune: "lru tune",
  tempTtl: "lru temp_ttl",
  slabsAutomove: "slabs automove",
  lruCrawler: "lru_crawler",
  lruCrawlerSleep: "lru_crawler sleep",
  lruCrawlerTocrawl: "lru_crawler tocrawl",
};

export function addEvictPolicySet(noun: Command, shell: Shell): void {
  const command = noun
    .command("set")
    .description(
      "change the eviction policy on every node, replicas too: judged before, verified after, rolled back whole",
    )
    .argument("[policy]", "noeviction, or allkeys- or volatile- with lru, lfu, lrm, random or (volatile) ttl")
    .option("--maxmemory <size>", "such as 4gb, 512mb or bytes; 0: no limit", memorySize)
    .option("--samples <count>", "keys that are compared for each eviction, 1 to 64 (maxmemory-samples)")
    .option("--tenacity <0-100>", "how long eviction may delay commands (maxmemory-eviction-tenacity)")
    .option("--lfu-log-factor <count>", "how slowly the LFU counter grows")
    .option("--lfu-decay-time <minutes>", "how soon the LFU counter is halved; 0: at every look")
    .option("--lru-mode <mode>", "Memcached: flat or segmented")
    .option("--lru-tune <h,w,hf,wf>", "Memcached: HOT and WARM percentages, and their age factors: 20,40,0.2,2")
    .option("--temp-ttl <seconds|off>", "Memcached: items with at most this TTL are kept apart and never evicted")
    .option("--slabs-automove <0|1|2>", "Memcached: move memory between slab classes")
    .option("--lru-crawler <on|off>", "Memcached: the thread that frees expired items")
    .option("--lru-crawler-sleep <microseconds>", "Memcached: the crawler's pause between items")
    .option("--lru-crawler-tocrawl <count>", "Memcached: items it looks at in each class; 0: all")
    .option("--no-persist", "do not have the servers write it to their configuration files (CONFIG REWRITE)")
    .addOption(
      new Option("--observe <duration>", "watch evictions, hit rate and OOM errors afterwards; 0: do not")
        .argParser(durationOrZero)
        .default(30_000, "30s"),
    )
    .option("--keep-going", "leave changed nodes as they are when another one fails, and change the rest")
    .option("--journal <file>", "where the values of before are written down (in the state directory)")
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(
    async (policy: string | undefined, flags: SetFlags) => {
      shell.begin("evict-policy-set", flags);
      const { evictPolicySet } = await import("../../../commands/evict-policy/set.js");
      const named = policy === undefined ? {} : { "maxmemory-policy": policy.toLowerCase() };
      return shell.report("evict-policy-set", flags, (context) =>
        evictPolicySet(context, {
          ...changeChoiceOf(flags),
          selection: selectionOf([], flags),
          request: { redis: { ...named, ...chosen(flags, redisFlags) }, memcached: chosen(flags, memcachedFlags) },
          words: wordsOf(policy, flags),
          ...{ persist: flags.persist, observeMs: flags.observe, keepGoing: flags.keepGoing === true },
          journal: flags.journal ?? null,
        }),
      );
    },
  );
}

function chosen(flags: SetFlags, settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([flag, setting]) => {
      const value = flags[flag];
      return typeof value === "string" ? [[setting, value.trim()]] : [];
    }),
  );
}

/** The command line again, without who is meant and how it is shown. */
function wordsOf(policy: string | undefined, flags: SetFlags): string[] {
  const values = Object.keys({ ...redisFlags, ...memcachedFlags }).flatMap((flag) => {
    const value = flags[flag];
    return typeof value === "string"
      ? [`--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value]
      : [];
  });
  return [
    ...(policy === undefined ? [] : [policy]),
    ...values,
    ...(flags.persist ? [] : ["--no-persist"]),
    ...(flags.keepGoing === true ? ["--keep-going"] : []),
    ...(flags.journal === undefined ? [] : ["--journal", flags.journal]),
  ];
}

/** For commander: a size as the text of its bytes. */
function memorySize(text: string): string {
  const bytes = parseMemorySize(text);
  if (bytes === null) throw new InvalidArgumentError("Write a size such as 4gb, 512mb or a number of bytes.");
  return String(bytes);
}

const examples = `Examples:
  cachectl evict-policy set allkeys-lfu -p prod --dry-run      what would change, and what to know before
  cachectl evict-policy set allkeys-lru -p prod --maxmemory 4gb --samples 10
  cachectl evict-policy set volatile-ttl -p prod --yes --observe 2m
  cachectl evict-policy set -p memcached://10.0.0.7 --lru-mode segmented --lru-tune 20,40,0.2,2
`;
