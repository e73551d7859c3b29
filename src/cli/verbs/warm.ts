import { InvalidArgumentError, Option, type Command } from "commander";
import type { WarmOptions } from "../../commands/warm/warm-options.js";
import { CachectlError } from "../../model/errors.js";
import { memcachedHashings, type MemcachedHashing } from "../../model/invalidation.js";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../change-options.js";
import { percentage, positiveCount, wholeNumber } from "../numbers.js";
import { addOutputOptions, type OutputFlags } from "../output.js";
import { addSelectionOptions, duration, selectionOf, type SelectionFlags } from "../selection.js";
import type { Shell } from "../shell.js";

interface WarmFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  onlyMissing?: boolean;
  refreshBelow?: number;
  overwrite?: boolean;
  hashing?: MemcachedHashing;
  rate?: number;
  byteRate?: number;
  maxLatency: number;
  maxMemory: number;
  deadline?: number;
  patience: number;
  resume?: boolean;
  checkpoint?: string;
  rejects?: string;
  maxErrors: number;
  observe?: number;
  lock: boolean;
  lockTimeout: number;
  heartbeatFile?: string;
  prometheusFile?: string;
}

export function addWarm(program: Command, shell: Shell): void {
  const command = program
    .command("warm")
    .description("fill a cache from a file or another source, as a manifest says; made for cron")
    .argument("<manifest>", "a YAML file with `source` and `map`; docs/warm.md lists its fields")
    .option("--overwrite", "write every item, whatever is there (this is the default)")
    .option("--only-missing", "leave alone what is there already")
    .option("--refresh-below <duration>", "write what is missing or has less time left than this", longDuration)
    .addOption(
      new Option("--hashing <name>", "how the application chooses a Memcached server").choices(memcachedHashings),
    )
    .option("--rate <items>", "write at most so many items a second", positiveCount)
    .option(
      "--byte-rate <bytes>",
      "write at most so many bytes of keys and values a second; 10M is fine",
      positiveCount,
    )
    .addOption(
      new Option("--max-latency <duration>", "slow down when other commands are delayed by more than this")
        .argParser(duration)
        .default(25, "25ms"),
    )
    .addOption(
      new Option("--max-memory <percent>", "stop when a server uses this share of its maxmemory or -m")
        .argParser(percentage)
        .default(0.9, "90%"),
    )
    .option("--deadline <duration>", "stop after this time, and leave the rest for --resume", duration)
    .addOption(
      new Option("--patience <duration>", "how long the target may take nothing (restart, failover) before giving up")
        .argParser(duration)
        .default(30_000, "30s"),
    )
    .option("--resume", "go on where an unfinished run stopped; begins anew where there is none")
    .option("--checkpoint <file>", "where an unfinished run is noted (a file in the state directory)")
    .option("--rejects <file>", "write down rows that could not be used: place, reason, text; a JSON object a line")
    .addOption(
      new Option("--max-errors <count>", "how many such rows are put up with").argParser(wholeNumber).default(100),
    )
    .option("--observe <duration>", "watch the hit rate so long before and after", duration)
    .option("--no-lock", "take no lock in the target: two runs may then write at once")
    .addOption(
      new Option("--lock-timeout <duration>", "how long a killed run's lock keeps others out")
        .argParser(duration)
        .default(60_000, "1m"),
    )
    .option("--heartbeat-file <file>", "write the time there after each complete run")
    .option("--prometheus-file <file>", "write metrics there after each run, for node_exporter's textfile collector")
    .addHelpText("before", examples);
  addOutputOptions(addSelectionOptions(addChangeOptions(command))).action(
    async (manifest: string, flags: WarmFlags) => {
      shell.begin("warm", flags);
      const options = warmOptions(manifest, flags);
      const { warm } = await import("../../commands/warm.js");
      // In a log or a mail from cron, one line says it; a failure shows everything.
      const asTable = flags.output === undefined && flags.json !== true && flags.exitStyle === "cachectl";
      const terse = asTable && !shell.terminal.interactiveOutput && flags.dryRun !== true;
      return shell.report("warm", flags, (context) => warm(context, options), {
        brief: (report) => terse && report.status === "success",
        silent: (report) => asTable && flags.quiet === true && report.status === "success",
      });
    },
  );
}

function warmOptions(manifest: string, flags: WarmFlags): WarmOptions {
  const { overwrite, onlyMissing, refreshBelow } = flags;
  if ([overwrite === true, onlyMissing === true, refreshBelow !== undefined].filter(Boolean).length > 1)
    throw new CachectlError(
      "usage",
      "several-policies",
      "--overwrite, --only-missing and --refresh-below exclude each other",
      "Give one of them.",
    );
  return {
    manifest,
    selection: selectionOf([], flags),
    policy:
      refreshBelow !== undefined
        ? { kind: "refresh-below", ttlMs: refreshBelow }
        : { kind: onlyMissing === true ? "only-missing" : "overwrite" },
    hashing: flags.hashing ?? null,
    itemsPerSecond: flags.rate ?? null,
    bytesPerSecond: flags.byteRate ?? null,
    maxLatencyMs: flags.maxLatency,
    memoryMark: flags.maxMemory,
    deadlineMs: flags.deadline ?? null,
    patienceMs: flags.patience,
    resume: flags.resume === true,
    checkpoint: flags.checkpoint ?? null,
    rejects: flags.rejects ?? null,
    maxErrors: flags.maxErrors,
    observeMs: flags.observe ?? null,
    lockMs: flags.lock ? flags.lockTimeout : null,
    heartbeatFile: flags.heartbeatFile ?? null,
    prometheusFile: flags.prometheusFile ?? null,
    ...changeChoiceOf(flags),
  };
}

/** TTLs are longer than waits: hours and days too. */
function longDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ""] ?? Number.NaN;
  const ms = Math.round(Number(match?.[1]) * unit);
  if (!(ms > 0)) throw new InvalidArgumentError("Write a duration such as 90s, 30m, 12h or 7d.");
  return ms;
}

const examples = `Examples:
  cachectl warm users.yaml -p prod-cache --dry-run      the first items as they would be written
  cachectl warm users.yaml -p prod-cache                one line, exit 0; safe to start on two hosts at once
  cachectl warm users.yaml --only-missing --rate 20k    leave what is there, and go slowly
  cachectl warm users.yaml --refresh-below 10m          for a job every 5 minutes
  cachectl warm users.yaml --resume --deadline 4m       go on where the last run stopped
  cachectl warm users.yaml --rejects bad.ndjson         keep what could not be used, with the reasons
`;
