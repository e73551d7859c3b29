import { shellQuote } from "../../model/shell-quote.js";
import { selectionWords } from "../cluster/again-line.js";
import type { InvalidateOptions } from "../invalidate.js";

/** The same run once more: what is done already is found gone. */
export function goOnLine({ selection, selector, action, olderThanSeconds, scope, tags }: InvalidateOptions): string {
  const words = [
    ...selectionWords(selection),
    ...selectorWords(selector),
    ...(tags.scheme === null ? [] : ["--scheme", tags.scheme]),
    ...(tags.prefix === null ? [] : ["--tag-prefix", tags.prefix]),
    ...(action.kind === "stale" ? ["--stale", String(action.seconds)] : action.kind === "prune" ? ["--prune"] : []),
    ...(olderThanSeconds === null ? [] : ["--older-than", `${olderThanSeconds}s`]),
    ...(scope === null ? [] : ["--scope", scope]),
  ];
  return ["cachectl invalidate", ...words.map(shellQuote)].join(" ");
}

function selectorWords(selector: InvalidateOptions["selector"]): string[] {
  switch (selector.kind) {
    case "tags":
      return [...selector.tags.flatMap((tag) => ["--tag", tag]), ...(selector.match === "all" ? ["--all"] : [])];
    case "keys":
      return selector.keys.flatMap((key) => ["--key", key]);
    case "keys-from":
      return ["--keys-from", selector.path];
    case "pattern":
      return ["--pattern", selector.pattern];
    case "prefix":
      return ["--prefix", selector.prefix];
    case "version-key":
      return selector.keys.flatMap((key) => ["--version-key", key]);
  }
}
