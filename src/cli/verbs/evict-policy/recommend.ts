import { Option, type Command } from "commander";
import { positiveCount } from "../../numbers.js";
import { addOutputOptions, type OutputFlags } from "../../output.js";
import {
  addSelectionOptions,
  duration,
  durationOrZero,
  sampleOption,
  selectionOf,
  type SelectionFlags,
} from "../../selection.js";
import type { Shell } from "../../shell.js";

interface RecommendFlags extends OutputFlags, SelectionFlags {
  sample: number;
  limit: number;
  maxLatency: number;
}

export function addEvictPolicyRecommend(evictPolicy: Command, shell: Shell): void {
  const command = evictPolicy
    .command("recommend")
    .description("the policy and maxmemory that would fit, why, and what is not known; changes nothing, touches no key")
    .argument(
      "[target...]",
      "profile names, host:port or URLs; default: $CACHECTL_PROFILE, `default`, or 127.0.0.1:6379",
    )
    .addOption(
      sampleOption("time between the two looks at hits, misses and evictions; 0 = since start", durationOrZero),
    )
    .option("--limit <keys>", "look at so many keys of a target at most", positiveCount, 10_000)
    .addOption(
      new Option("--max-latency <duration>", "slow down when the sample delays other commands by more than this")
        .argParser(duration)
        .default(5, "5ms"),
    )
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(command)).action(async (targets: string[], flags: RecommendFlags) => {
    const { evictRecommend } = await import("../../../commands/evict-policy/recommend.js");
    await shell.report("evict-policy-recommend", flags, (context) =>
      evictRecommend(context, {
        selection: selectionOf(targets, flags),
        sampleMs: flags.sample,
        limitKeys: flags.limit,
        maxLatencyMs: flags.maxLatency,
      }),
    );
  });
}

const examples = `Examples:
  cachectl evict-policy recommend prod-cache
  cachectl evict-policy recommend -p prod-cache --sample 60s     hit rate and evictions over a minute of load
  cachectl evict-policy recommend redis://10.0.0.5 --limit 50000 narrower intervals
  cachectl evict-policy recommend -p 'prod-*' --json | jq '.recommendations[].commands'
`;
