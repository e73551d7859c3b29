import { shellQuote } from "../../model/shell-quote.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";

/**
 * A line for a shell that runs a `cluster` verb on the same servers, with the same login, as this run. It holds no secret: a
 * password in a URL of the command line is refused long before.
 *
 * @param words nodes and the verb's own options
 */
export function againLine(verb: string, selection: ProfileSelection, words: readonly string[]): string {
  return lineOf(`cluster ${verb}`, selection, words);
}

/** The same for any verb: its words, the selection, its own options. */
export function lineOf(verb: string, selection: ProfileSelection, words: readonly string[]): string {
  return [`cachectl ${verb}`, ...[...selectionWords(selection), ...words].map(shellQuote)].join(" ");
}

/** Nothing selected stays nothing: the default is found again in the same way. */
export function selectionWords({ profiles, labels, profilesDirectory, overrides }: ProfileSelection): string[] {
  const { username, connectMs } = overrides;
  return [
    ...profiles.flatMap((name) => ["-p", name]),
    ...Object.entries(labels).flatMap(([key, value]) => ["-l", `${key}=${value}`]),
    ...(profilesDirectory === null ? [] : ["--profiles-dir", profilesDirectory]),
    ...(connectMs === undefined ? [] : ["--timeout", `${connectMs}ms`]),
    ...(username === undefined ? [] : ["--user", username]),
  ];
}
