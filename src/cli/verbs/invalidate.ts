import { InvalidArgumentError, Option, type Command } from "commander";
import type { InvalidateOptions } from "../../commands/invalidate.js";
import { CachectlError } from "../../model/errors.js";
import { memcachedHashings, tagSchemes, type InvalidationAction } from "../../model/invalidation.js";
import { addChangeOptions, changeChoiceOf, type ChangeFlags } from "../change-options.js";
import { positiveCount } from "../numbers.js";
import { addOutputOptions, type OutputFlags } from "../output.js";
import { addSelectionOptions, duration, durationOrZero, selectionOf, type SelectionFlags } from "../selection.js";
import type { Shell } from "../shell.js";

interface InvalidateFlags extends OutputFlags, SelectionFlags, ChangeFlags {
  tag?: string[];
  any?: boolean;
  all?: boolean;
  key?: string[];
  pattern?: string;
  prefix?: string;
  versionKey?: string[];
  keysFrom?: string;
  scheme?: (typeof tagSchemes)[number];
  tagPrefix?: string;
  hashing?: (typeof memcachedHashings)[number];
  scope?: string;
  olderThan?: number;
  stale?: number;
  prune?: boolean;
  verify?: boolean;
  rate?: number;
  maxLatency: number;
  settle: number;
  audit?: string;
}

export function addInvalidate(program: Command, shell: Shell): void {
  const command = program
    .command("invalidate")
    .description(
      "delete what a tag, a name or a pattern selects, or make it stale; race-safe, and gentle to the server",
    )
    .option("--tag <tag>", "keys that carry this tag; may be repeated", addName)
    .option("--any", "of several tags any one is enough (the default)")
    .option("--all", "only keys that carry all of the tags")
    .option("--key <key>", "this key; may be repeated", addName)
    .option("--pattern <glob>", "keys whose name fits this glob pattern; found by SCAN")
    .option("--prefix <text>", "keys whose name begins so; found by SCAN")
    .option("--version-key <key>", "count this version up; may be repeated", addName)
    .option("--keys-from <file>", "names from a file, one a line; - is standard input")
    .addOption(new Option("--scheme <scheme>", "how tags are kept; else looked for").choices(tagSchemes))
    .option("--tag-prefix <text>", "what stands before a tag's name (tag:), or before Laravel's and Symfony's keys")
    .addOption(
      new Option("--hashing <name>", "how the application chooses a Memcached server").choices(memcachedHashings),
    )
    .option("--scope <hash tag>", "only keys with this hash tag, such as {shop1}", hashTag)
    .option("--older-than <duration>", "only keys that were not used for so long", seconds)
    .option("--stale <seconds>", "do not delete: let them expire within so many seconds, not all at once", seconds)
    .option("--prune", "clear members without a key out of the tag sets, and invalidate nothing")
    .option("--verify", "read back what was invalidated")
    .option("--rate <keys>", "at most so many keys a second", positiveCount)
    .addOption(
      new Option("--max-latency <duration>", "slow down when other commands are delayed by more than this")
        .argParser(duration)
        .default(5, "5ms"),
    )
    .addOption(
      new Option("--settle <duration>", "look at each key once more after so long; 0: do not")
        .argParser(durationOrZero)
        .default(500, "500ms"),
    )
    .option("--audit <file>", "leave a line about the run in this file, instead of the profile's")
    .addHelpText("before", examples);
  addOutputOptions(addChangeOptions(addSelectionOptions(command))).action(async (flags: InvalidateFlags) => {
    shell.begin("invalidate", flags);
    const options = invalidateOptions(flags);
    const { invalidate } = await import("../../commands/invalidate.js");
    return shell.report("invalidate", flags, (context) => invalidate(context, options));
  });
}

function invalidateOptions(flags: InvalidateFlags): InvalidateOptions {
  const { stale, prune, all, any } = flags;
  if (all === true && any === true) throw twoOf("--any", "--all");
  if (stale !== undefined && prune === true) throw twoOf("--stale", "--prune");
  const action: InvalidationAction =
    stale !== undefined ? { kind: "stale", seconds: stale } : { kind: prune === true ? "prune" : "delete" };
  return {
    selection: selectionOf([], flags),
    selector: selectorOf(flags),
    action,
    olderThanSeconds: flags.olderThan ?? null,
    scope: flags.scope ?? null,
    tags: { scheme: flags.scheme ?? null, prefix: flags.tagPrefix ?? null },
    hashing: flags.hashing ?? null,
    ratePerSecond: flags.rate ?? null,
    maxLatencyMs: flags.maxLatency,
    settleMs: flags.settle,
    verify: flags.verify === true,
    audit: flags.audit ?? null,
    ...changeChoiceOf(flags),
  };
}

function selectorOf(flags: InvalidateFlags): InvalidateOptions["selector"] {
  const { tag, key, pattern, prefix, versionKey, keysFrom, all } = flags;
  const given: InvalidateOptions["selector"][] = [
    ...(tag === undefined ? [] : [{ kind: "tags", tags: tag, match: all === true ? "all" : "any" } as const]),
    ...(key === undefined ? [] : [{ kind: "keys", keys: key } as const]),
    ...(pattern === undefined ? [] : [{ kind: "pattern", pattern } as const]),
    ...(prefix === undefined ? [] : [{ kind: "prefix", prefix } as const]),
    ...(versionKey === undefined ? [] : [{ kind: "version-key", keys: versionKey } as const]),
    ...(keysFrom === undefined ? [] : [{ kind: "keys-from", path: keysFrom } as const]),
  ];
  const [selector, ...more] = given;
  if (selector !== undefined && more.length === 0) return selector;
  throw new CachectlError(
    "usage",
    "one-selector",
    selector === undefined ? "nothing is selected" : "keys are selected in several ways at once",
    "Give one of --tag, --key, --pattern, --prefix, --version-key and --keys-from.",
  );
}

function twoOf(one: string, other: string): CachectlError {
  return new CachectlError("usage", "two-of", `${one} and ${other} exclude each other`, "Give one of them.");
}

function addName(text: string, list: string[] = []): string[] {
  if (text === "") throw new InvalidArgumentError("A name is not empty.");
  return [...list, text];
}

/** With its braces or without. */
function hashTag(text: string): string {
  const tag = /^\{([^{}]+)\}$|^([^{}]+)$/.exec(text);
  if (tag === null) throw new InvalidArgumentError("Write a hash tag such as {shop1}.");
  return tag[1] ?? tag[2] ?? "";
}

/** Whole seconds: `90`, `90s`, `15m`, `24h`, `7d`. */
function seconds(text: string): number {
  const match = /^(\d{1,9})(s|m|h|d)?$/.exec(text);
  const unit = { s: 1, m: 60, h: 3_600, d: 86_400 }[match?.[2] ?? "s"] ?? 1;
  const value = Number(match?.[1] ?? 0) * unit;
  // Memcached takes more for a date, and Redis for a moment that is far away.
  if (!(value > 0) || value > 2_592_000) throw new InvalidArgumentError("Write seconds, or 15m, 24h, up to 30d.");
  return value;
}

const examples = `Examples:
  cachectl invalidate -p shop --tag products                  every key that carries the tag
  cachectl invalidate -p shop --tag sale --tag winter --all   keys that carry both
  cachectl invalidate -p shop --tag products --stale 60       let them expire within a minute, not all at once
  cachectl invalidate -p shop --tag products --prune          only clear members without a key
  cachectl invalidate -p shop --prefix 'page:' --dry-run      how many that would be
  cachectl invalidate -p shop --keys-from keys.txt --audit /var/log/invalidations.jsonl
  cachectl invalidate -p mc --tag products                    Memcached: counts the tag's version up
`;
