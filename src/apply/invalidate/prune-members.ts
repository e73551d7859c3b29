import type { TagSet } from "../../model/invalidation.js";
import { exist } from "./act-on-keys.js";
import { ReplyError } from "../../model/node-port.js";
import { countFailure, type InvalidationRun } from "./invalidation-run.js";
import { failureText } from "./key-router.js";
import { tagAgain } from "./settle-queue.js";
import { tagCommands } from "./tag-commands.js";

/**
 * Takes members whose key is gone out of their tag sets. A key that is written at that very moment is seen by a second look and
 * tagged again, so that none that lives stays without its tag. Writes.
 *
 * @returns the members that were taken out
 */
export async function pruneMembers(
  run: InvalidationRun,
  tags: readonly TagSet[],
  members: readonly string[],
): Promise<readonly string[]> {
  const prefix = tags[0]?.memberPrefix ?? "";
  const there = await exist(
    run,
    members.map((member) => prefix + member),
  );
  const gone = members.filter((_, index) => there[index] === false);
  run.counts.gone += gone.length;
  run.counts.kept += members.length - gone.length;
  if (gone.length === 0) return [];
  for (const tag of tags) {
    const { reply } = await run.router.one(tag.name, ...tagCommands(tag).remove(gone));
    if (typeof reply === "number") run.counts.untagged += reply;
    else countFailure(run, reply instanceof ReplyError ? failureText(reply) : "the tag set did not answer", 0);
  }
  const again = await exist(
    run,
    gone.map((member) => prefix + member),
  );
  const back = gone.filter((_, index) => again[index] !== false);
  if (back.length > 0) await tagAgain(run, tags, back);
  return gone;
}
