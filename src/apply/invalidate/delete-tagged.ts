import type { TagSet } from "../../model/invalidation.js";
import { ReplyError } from "../../model/node-port.js";
import { actOnKeys } from "./act-on-keys.js";
import { countFailure, type InvalidationRun } from "./invalidation-run.js";
import { failureText, isUnreached, type Words } from "./key-router.js";
import { tagCommands } from "./tag-commands.js";

/**
 * Deletes the keys of these members, and takes the members out of all of `tags`, so that no key that lives is ever without its tag.
 * Writes; `drainTag` says why in this order.
 *
 * @returns the members that were taken out
 */
export function deleteTagged(
  run: InvalidationRun,
  tags: readonly TagSet[],
  members: readonly string[],
): Promise<readonly string[]> {
  return run.router.isCluster ? deleteApart(run, tags, members) : deleteTogether(run, tags, members);
}

/** One transaction: nobody sees a key without its tag. */
async function deleteTogether(
  run: InvalidationRun,
  tags: readonly TagSet[],
  members: readonly string[],
): Promise<readonly string[]> {
  const removals = tags.map((tag): Words => tagCommands(tag).remove(members));
  const reply = await run.router.transaction(tags[0]?.name ?? "", [["UNLINK", ...keysOf(tags, members)], ...removals]);
  const [unlinked, ...removed] = Array.isArray(reply) ? reply : [];
  if (typeof unlinked === "number") {
    run.counts.deleted += unlinked;
    run.counts.gone += members.length - unlinked;
    for (const count of removed) if (typeof count === "number") run.counts.untagged += count;
    return members;
  }
  const error = reply instanceof ReplyError ? reply : unlinked instanceof ReplyError ? unlinked : null;
  // Redis queues nothing while its memory is full, not even what would free some; the same commands by themselves it carries out.
  if (error?.text.startsWith("OOM ") === true) return deleteApart(run, tags, members);
  if (members.length === 1 || error === null || isUnreached(error) || run.router.givenUp !== null) {
    const reason = error === null ? "the transaction was not carried out" : failureText(error);
    countFailure(run, reason, members.length);
    return [];
  }
  // One key that this login may not touch refuses them all.
  const half = members.length >> 1;
  const left = await deleteTogether(run, tags, members.slice(0, half));
  return [...left, ...(await deleteTogether(run, tags, members.slice(half)))];
}

/** Without a transaction: the keys are on other nodes than the tag set, or it is refused. */
async function deleteApart(
  run: InvalidationRun,
  tags: readonly TagSet[],
  members: readonly string[],
): Promise<readonly string[]> {
  const deleted = await actOnKeys(run, keysOf(tags, members));
  const gone = deleted.map((index) => members[index] ?? "");
  if (gone.length === 0) return [];
  for (const tag of tags) {
    const { reply } = await run.router.one(tag.name, ...tagCommands(tag).remove(gone));
    if (typeof reply === "number") run.counts.untagged += reply;
    // Its keys are deleted all the same: what stays in the set are names without a key.
    else countFailure(run, reply instanceof ReplyError ? failureText(reply) : "the tag set did not answer", 0);
  }
  await deleteAgain(run, tags, gone);
  return gone;
}

async function deleteAgain(run: InvalidationRun, tags: readonly TagSet[], members: readonly string[]): Promise<void> {
  const replies = await run.router.run(keysOf(tags, members).map((key) => [key, ["UNLINK", key]] as const));
  for (const reply of replies) if (reply === 1) run.counts.deleted++;
  // One that may have been written again, and that nobody could ask: it must not be without its tag.
  const unknown = members.filter((_, index) => typeof replies[index] !== "number");
  if (unknown.length === 0) return;
  for (const tag of tags) {
    const { reply } = await run.router.one(tag.name, ...tagCommands(tag).add(unknown, []));
    if (typeof reply === "number") run.counts.retagged += reply;
  }
}

function keysOf([tag]: readonly TagSet[], members: readonly string[]): string[] {
  return members.map((member) => (tag?.memberPrefix ?? "") + member);
}
