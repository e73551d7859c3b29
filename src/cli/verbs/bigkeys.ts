import { Option, type Command } from "commander";
import type { BigkeysOptions } from "../../commands/bigkeys.js";
import { CachectlError } from "../../model/errors.js";
import { percentage, positiveCount, wholeNumber } from "../numbers.js";
import { addOutputOptions, type OutputFlags } from "../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../selection.js";
import type { Shell } from "../shell.js";

interface BigkeysFlags extends OutputFlags, SelectionFlags {
  from: "primaries" | "replicas";
  top: number;
  groups: number;
  match?: string;
  type?: string;
  db?: number;
  sample: number;
  limit?: number;
  rate?: number;
  maxLatency: number;
  touch?: boolean;
  hot?: true | (typeof hotMethods)[number];
  for?: number;
  values: boolean;
  resume?: string;
}

const hotMethods = ["auto", "hotkeys", "frequency", "monitor"] as const;

const defaultHotMs = 5_000;

export function addBigkeys(program: Command, shell: Shell): void {
  const command = program
    .command("bigkeys")
    .description("say what is in the keyspace: largest keys, groups, TTLs, waste, skew; reads every key, touches none")
    .argument(
      "[target...]",
      "profile names, host:port or URLs; default: $CACHECTL_PROFILE, `default`, or 127.0.0.1:6379",
    )
    .addOption(
      new Option("--from <nodes>", "which nodes to read").choices(["primaries", "replicas"]).default("primaries"),
    )
    .option("--top <count>", "how many of the largest keys to list", positiveCount, 20)
    .option("--groups <count>", "how many groups to list", positiveCount, 30)
    .option("--match <pattern>", "only keys whose name fits this glob pattern")
    .option("--type <type>", "only keys of this type, such as hash")
    .option("--db <index>", "only this database; else every one that has keys", wholeNumber)
    .addOption(
      new Option("--sample <percent>", "measure only this share of the keys; every figure then carries its interval")
        .argParser(percentage)
        .default(1, "100%"),
    )
    .option("--limit <keys>", "end after so many keys", positiveCount)
    .option("--rate <keys>", "read at most so many keys a second on each node", positiveCount)
    .addOption(
      new Option("--max-latency <duration>", "slow down when the scan delays other commands by more than this")
        .argParser(duration)
        .default(5, "5ms"),
    )
    .option("--touch", "count elements on servers before 7.2 too, which resets the keys' idle times")
    .addOption(
      new Option("--hot [method]", "also find hot keys; monitor must be asked for by name").choices(hotMethods),
    )
    .option("--for <duration>", "how long to watch for hot keys (5s)", duration)
    .option("--no-values", "read no value; else a few, to see JSON and what compresses")
    .option("--resume <file>", "go on from this file, and leave an unfinished scan in it")
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(command)).action(async (targets: string[], flags: BigkeysFlags) => {
    shell.begin("bigkeys", flags);
    const options = bigkeysOptions(targets, flags);
    const { bigkeys } = await import("../../commands/bigkeys.js");
    return shell.report("bigkeys", flags, (context) => bigkeys(context, options));
  });
}

function bigkeysOptions(targets: string[], flags: BigkeysFlags): BigkeysOptions {
  if (flags.for !== undefined && flags.hot === undefined)
    throw new CachectlError("usage", "for-without-hot", "--for says how long to watch for hot keys", "Add --hot.");
  return {
    selection: selectionOf(targets, flags),
    scan: {
      from: flags.from,
      database: flags.db ?? null,
      match: flags.match ?? null,
      type: flags.type ?? null,
      sampleRatio: flags.sample,
      limitKeys: flags.limit ?? null,
      ratePerSecond: flags.rate ?? null,
      maxLatencyMs: flags.maxLatency,
      touch: flags.touch === true,
      frequencies: false,
    },
    top: flags.top,
    groups: flags.groups,
    hot:
      flags.hot === undefined
        ? null
        : { method: flags.hot === true ? "auto" : flags.hot, forMs: flags.for ?? defaultHotMs },
    readValues: flags.values,
    resume: flags.resume ?? null,
  };
}

const examples = `Examples:
  cachectl bigkeys prod-sessions                       every primary, all nodes at the same time
  cachectl bigkeys -p prod --from replicas --json      leave the primaries alone
  cachectl bigkeys redis://10.0.0.5 --match 'user:*' --top 50
  cachectl bigkeys -p prod --sample 1%                 a hundredth of the keys, with intervals
  cachectl bigkeys -p prod --fail-on high              a gate for CI: exit 1 from priority high on
  cachectl bigkeys -p prod --resume scan.json          Ctrl-C keeps what was seen; the same line goes on
  cachectl bigkeys -p prod --hot monitor --for 5s      with a MONITOR burst, which costs the server
  cachectl bigkeys memcached://10.0.0.7,10.0.0.8       through lru_crawler metadump
`;
