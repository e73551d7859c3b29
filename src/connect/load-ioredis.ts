import { createRequire } from "node:module";

/**
 * ioredis is CommonJS: an `import` has its hundred files searched for what they export, which takes as long again as to load them,
 * and keeps a core busy with compiling the search.
 */
const require = createRequire(import.meta.url);

let loaded: typeof import("ioredis") | undefined;

/** Loads it at the first call: a run that asks no Redis does without it. */
export function loadIoredis(): typeof import("ioredis") {
  if (loaded !== undefined) return loaded;
  loaded = require("ioredis") as typeof import("ioredis");
  restoreFastTexts();
  return loaded;
}

/** Often enough for V8 to begin to remember what it looked up. */
const lookups = 1_000;

/**
 * ioredis 6 has a class that extends String (VerbatimString). An object that becomes a prototype is kept as a dictionary by V8, and
 * is made fast again when something is looked up through an object that inherits from it. Texts are no objects, so String.prototype
 * would stay a dictionary, and every `length` and `charCodeAt` of every text of this process a lookup instead of compiled code. So
 * one is looked up through an object: a scan of a million keys takes 0.4 s less of this program's processor time.
 */
function restoreFastTexts(): void {
  const boxed = Object("") as { length: number };
  let sum = 0;
  for (let i = 0; i < lookups; i++) sum += lengthOf(boxed);
  if (sum !== 0) throw new Error("an empty text has a length");
}

function lengthOf(text: { length: number }): number {
  return text.length;
}
