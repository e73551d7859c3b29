import { lineOf } from "../cluster/again-line.js";
import type { WarmOptions } from "./warm-options.js";

/**
 * The line that ends what this run began: on the same target, sparing the same keys, under the same caps.
 *
 * @param hasLost whether something that was written is gone, or may be: then only a run over the whole source ends it
 */
export function goOnLine(options: WarmOptions, hasLost: boolean): string {
  const { selection, manifest, hashing, checkpoint, rejects, itemsPerSecond, bytesPerSecond, lockMs } = options;
  return lineOf("warm", selection, [
    manifest,
    ...(hasLost ? [] : ["--resume"]),
    ...policyWords(options),
    ...(hashing === null ? [] : ["--hashing", hashing]),
    ...(checkpoint === null ? [] : ["--checkpoint", checkpoint]),
    ...(rejects === null ? [] : ["--rejects", rejects]),
    ...(itemsPerSecond === null ? [] : ["--rate", String(itemsPerSecond)]),
    ...(bytesPerSecond === null ? [] : ["--byte-rate", String(bytesPerSecond)]),
    ...(lockMs === null ? ["--no-lock"] : []),
  ]);
}

function policyWords({ policy }: WarmOptions): string[] {
  switch (policy.kind) {
    case "refresh-below":
      return ["--refresh-below", `${policy.ttlMs}ms`];
    case "only-missing":
      return ["--only-missing"];
    case "overwrite":
      // Not --only-missing after a loss: what is there again may be what this run had replaced.
      return [];
  }
}
