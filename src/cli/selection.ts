import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDurationMs } from "../model/duration.js";
import type { ProfileSelection } from "../profiles/select-profiles.js";

/** As commander hands them over. */
export interface SelectionFlags {
  profile?: string[];
  label?: Record<string, string>;
  profilesDir?: string;
  timeout?: number;
  user?: string;
}

/** -p, -l and what else says which servers are meant, alike for every verb. */
export function addSelectionOptions(command: Command): Command {
  return command
    .option(
      "-p, --profile <name|url>",
      "profile, comma list, glob such as 'prod-*', or URL; may be repeated",
      (value: string, list: string[] | undefined) => [...(list ?? []), value],
    )
    .option("-l, --label <key=value>", "only profiles with this label; may be repeated", addLabel)
    .option("--profiles-dir <path>", "where the profiles are (./profiles, else ~/.config/cachectl/profiles)")
    .option("--timeout <duration>", "how long to wait for a node, instead of the profile's timeouts", duration)
    .option("--user <name>", "user name, instead of the profile's; without a password there, it is asked for");
}

export function selectionOf(targets: string[], flags: SelectionFlags): ProfileSelection {
  const { profile, label, profilesDir, timeout, user } = flags;
  return {
    profiles: profile ?? [],
    labels: label ?? {},
    targets,
    profilesDirectory: profilesDir ?? null,
    overrides: {
      ...(timeout === undefined ? {} : { connectMs: timeout, commandMs: timeout }),
      ...(user === undefined ? {} : { username: user }),
    },
  };
}

/** A day. Node's timers end at 25 days and fire at once beyond that. */
const longestMs = 86_400_000;

/** For commander: a duration as milliseconds, never 0. */
export function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === null) throw new InvalidArgumentError("Write a duration such as 500ms, 3s or 1m.");
  if (ms <= 0 || ms > longestMs) throw new InvalidArgumentError("Write a duration from 1ms to 1440m.");
  return ms;
}

/** For commander: a duration, or a bare 0 for "none". */
export function durationOrZero(text: string): number {
  return text === "0" ? 0 : duration(text);
}

export function sampleOption(description: string, parse: (text: string) => number): Option {
  return new Option("--sample <duration>", description).argParser(parse).default(3_000, "3s");
}

function addLabel(text: string, labels: Record<string, string> = {}): Record<string, string> {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError("Write a label as key=value.");
  return { ...labels, [text.slice(0, equals)]: text.slice(equals + 1) };
}
