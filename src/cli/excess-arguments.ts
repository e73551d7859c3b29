import type { Command } from "commander";
import { CachectlError } from "../model/errors.js";
import { shellQuote } from "../model/shell-quote.js";

/**
 * For every verb, before its action: words that it has no place for. Commander's own sentence counts them and leaves it at that;
 * most often one is the target, which verbs that change something only take with -p.
 *
 * @throws CachectlError usage `too-many-arguments`
 */
export function refuseExcessArguments(verb: Command): void {
  const { registeredArguments, args } = verb;
  if (registeredArguments.at(-1)?.variadic === true || args.length <= registeredArguments.length) return;
  const excess = args.slice(registeredArguments.length);
  const path = pathOf(verb);
  throw new CachectlError(
    "usage",
    "too-many-arguments",
    `${path} takes ${counted(registeredArguments.length)}, so there is no place for ${excess.join(" ")}`,
    nextStep(verb, path, excess),
  );
}

function nextStep(verb: Command, path: string, excess: readonly string[]): string {
  if (!takesProfile(verb) || verb.getOptionValue("profile") !== undefined) return `See ${path} --help.`;
  // Where the words themselves tell which is the target, it is that, wherever it stands; else what came too late.
  const kinds = namesMember(verb) ? [isUrl] : [isUrl, isAddress];
  const places = kinds.map((looksSo) => verb.args.filter(looksSo));
  const targets = places.find(({ length }) => length === excess.length) ?? excess;
  const own = verb.args.filter((word) => !targets.includes(word));
  const line = [path, ...[...own, "-p", targets.join(",")].map(shellQuote)].join(" ");
  return `Name the target with -p: ${line}`;
}

function isUrl(word: string): boolean {
  return word.includes("://");
}

/** Whether a word of its own is an address by itself. */
export function namesMember({ registeredArguments }: Command): boolean {
  return registeredArguments.some((argument) => memberArguments.has(argument.name()));
}

const memberArguments = new Set(["replica", "node"]);

/** `10.0.0.5:6379`, `[::1]:6379`, `cache-1:6379`. */
export function isAddress(word: string): boolean {
  return /^(?:\[[\da-f:]+\]|[\w.-]+):\d+$/i.test(word);
}

/** Whether -p names its target. */
export function takesProfile({ options }: Command): boolean {
  return options.some(({ long }) => long === "--profile");
}

function counted(places: number): string {
  if (places === 0) return "no arguments";
  return places === 1 ? "one argument" : `${places} arguments`;
}

/** `cachectl cluster rebalance`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
