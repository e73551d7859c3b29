import { hashTag } from "../../model/hash-slot.js";
import { ReplyError } from "../../model/node-port.js";
import { countFailure, type InvalidationRun } from "./invalidation-run.js";
import { failureText } from "./key-router.js";

/**
 * The indexes of the keys that --scope and --older-than leave; the others are counted as kept, and as gone where there is no such
 * key. Read-only: OBJECT IDLETIME touches nothing.
 */
export async function filterKeys(run: InvalidationRun, keys: readonly string[]): Promise<number[]> {
  const { scope, olderThanSeconds } = run.filter;
  let left = keys.map((_, index) => index);
  if (scope !== null) {
    left = left.filter((index) => hashTag(keys[index] ?? "") === scope);
    run.counts.kept += keys.length - left.length;
  }
  return olderThanSeconds === null ? left : idleLongEnough(run, keys, left, olderThanSeconds);
}

async function idleLongEnough(
  run: InvalidationRun,
  keys: readonly string[],
  indexes: readonly number[],
  seconds: number,
): Promise<number[]> {
  const asked = indexes.map((index) => [keys[index] ?? "", ["OBJECT", "IDLETIME", keys[index] ?? ""]] as const);
  const replies = await run.router.run(asked);
  return indexes.filter((_, i) => {
    const reply = replies[i] ?? null;
    // Gone by now: whoever deletes finds nothing, and a tag set is to lose the member.
    if (reply === null || (reply instanceof ReplyError && /no such key/i.test(reply.text))) return true;
    if (typeof reply === "number" && reply >= seconds) return true;
    if (typeof reply === "number") run.counts.kept++;
    else countFailure(run, reply instanceof ReplyError ? failureText(reply) : "no idle time", 1);
    return false;
  });
}
