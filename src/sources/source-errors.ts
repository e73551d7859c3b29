import { CachectlError } from "../model/errors.js";

export function interrupted(source: string): CachectlError {
  return new CachectlError(
    "interrupted",
    "interrupted",
    `interrupted while ${source} was read`,
    "What was read until then has been handed on; run it again to go on.",
  );
}

// A terminal's line or two: enough to find the row again.
const shownCharacters = 200;

/** A piece of a source as it may be shown: without control characters, cut where it is long. */
export function printableText(text: string): string {
  const cut = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  return cut.replaceAll(/\p{Cc}+/gu, " ").trim();
}
