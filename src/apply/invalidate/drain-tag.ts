import { ownText } from "../../model/key-name.js";
import type { TagSet } from "../../model/invalidation.js";
import { ReplyError } from "../../model/node-port.js";
import { actOnKeys } from "./act-on-keys.js";
import { filterKeys } from "./filter-keys.js";
import { countFailure, mustEnd, type InvalidationRun } from "./invalidation-run.js";
import { failureText, isUnreached, type Answer, type Words } from "./key-router.js";
import { pruneMembers } from "./prune-members.js";
import { SettleQueue } from "./settle-queue.js";
import { tagCommands } from "./tag-commands.js";

/** SSCAN of this many takes about 0.1 ms. */
const pageSize = 256;

/** A set whose cursor was lost this often without a page in between is given up: its node restarts again and again. */
const mostRestarts = 100;

/**
 * Invalidates every key of a tag, and of the tags nested in it: reads the tag set in pages, deletes the keys at their owners,
 * and takes only those members out. Writes; docs/invalidate.md says why the order is as it is.
 *
 * - On one node a chunk is one transaction: UNLINK, then SREM. A key that is written again gets its tag after that, or is deleted.
 * - In a cluster: UNLINK at the owners, SREM at the tag's, UNLINK once more. What is written between the first two is deleted by the
 *   third, and what is written after the SREM has its tag again. Nothing that was there before is ever without its tag.
 *
 * @param all the key must carry these tags too; it is taken out of all of them
 * @returns the tags that were nested in it
 */
export async function drainTag(run: InvalidationRun, tag: TagSet, all: readonly TagSet[] = []): Promise<TagSet[]> {
  const settling = new SettleQueue(run);
  const visited = new Set([tag.name]);
  const queue = [tag];
  const nested: TagSet[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const drain = new TagDrain(run, next, all, settling);
    for (const name of await drain.pages()) {
      // Tags may name each other.
      if (visited.has(name)) continue;
      visited.add(name);
      const inner = { ...next, tag: name.slice(next.nestedPrefix?.length ?? 0), name };
      nested.push(inner);
      queue.push(inner);
    }
    if (mustEnd(run)) break;
  }
  await settling.finish();
  return nested;
}

class TagDrain {
  /** Tag sets that are members of this one. */
  readonly #nested = new Set<string>();
  readonly #tags: readonly TagSet[];

  constructor(
    private readonly run: InvalidationRun,
    private readonly tag: TagSet,
    private readonly all: readonly TagSet[],
    private readonly settling: SettleQueue,
  ) {
    this.#tags = [tag, ...all];
  }

  async pages(): Promise<Set<string>> {
    const { run } = this;
    let cursor = "0";
    let from = "";
    let restarts = 0;
    let asking = this.ask(cursor);
    for (;;) {
      const answer = await asking;
      const page = this.read(answer);
      if (page === null || mustEnd(run)) return this.#nested;
      // Another process, or a set that was moved there: its cursors are others.
      if (cursor !== "0" && answer.from !== from) {
        if (++restarts > mostRestarts) {
          countFailure(run, "the tag set moves from node to node", page.members.length);
          return this.#nested;
        }
        cursor = "0";
        from = answer.from;
        asking = this.ask(cursor);
        continue;
      }
      from = answer.from;
      cursor = page.cursor;
      const next = cursor === "0" ? null : this.ask(cursor);
      // Awaited later: it must not count as forgotten when this page fails.
      next?.catch(() => undefined);
      await this.handle(page.members);
      if (next === null || mustEnd(run)) return this.#nested;
      asking = next;
    }
  }

  private ask(cursor: string): Promise<Answer> {
    return this.run.router.one(this.tag.name, ...tagCommands(this.tag).scan(cursor, pageSize));
  }

  private read({ reply }: Answer): { cursor: string; members: string[] } | null {
    if (reply instanceof ReplyError) {
      countFailure(this.run, `the tag set ${this.tag.tag}: ${failureText(reply)}`, 1);
      return null;
    }
    const [cursor, list] = Array.isArray(reply) ? reply : [];
    if (typeof cursor !== "string" || !Array.isArray(list)) return null;
    return { cursor: ownText(cursor), members: [...new Set(tagCommands(this.tag).members(list))] };
  }

  private async handle(members: readonly string[]): Promise<void> {
    const { run } = this;
    for (let at = 0; at < members.length && !run.stopRequested.aborted;) {
      const chunk = members.slice(at, at + run.chunk.size).map(ownText);
      at += chunk.length;
      const startedMs = run.clock.monotonicMs();
      await this.deal(chunk);
      run.chunk.took(run.clock.monotonicMs() - startedMs, chunk.length);
      await this.settling.settleDue();
      await run.pace(chunk.length);
      if (run.router.givenUp !== null) return;
    }
  }

  private async deal(chunk: readonly string[]): Promise<void> {
    const { run, tag } = this;
    const plain = await this.withoutNested(chunk);
    run.counts.seen += plain.length;
    const carried = await this.withAllTags(plain);
    const wanted = await filterKeys(
      run,
      carried.map((member) => tag.memberPrefix + member),
    );
    const members = wanted.map((index) => carried[index] ?? "");
    if (members.length === 0) return;
    const keys = members.map((member) => tag.memberPrefix + member);
    if (run.action.kind === "prune") return pruneMembers(run, this.#tags, members);
    if (run.action.kind === "stale") await actOnKeys(run, keys);
    else if (run.router.isCluster) await this.deleteApart(members, keys);
    else await this.deleteTogether(members, keys);
    run.onKeys(keys);
  }

  /** One transaction: nobody sees a key without its tag. */
  private async deleteTogether(members: readonly string[], keys: readonly string[]): Promise<void> {
    const { run } = this;
    const removals = this.#tags.map((tag): Words => tagCommands(tag).remove(members));
    const reply = await run.router.transaction(this.tag.name, [["UNLINK", ...keys], ...removals]);
    const [unlinked, ...removed] = Array.isArray(reply) ? reply : [];
    if (typeof unlinked === "number") {
      run.counts.deleted += unlinked;
      run.counts.gone += keys.length - unlinked;
      for (const count of removed) if (typeof count === "number") run.counts.untagged += count;
      this.settling.add(this.#tags, members);
      return;
    }
    const error = reply instanceof ReplyError ? reply : unlinked instanceof ReplyError ? unlinked : null;
    if (members.length === 1 || error === null || isUnreached(error) || run.router.givenUp !== null) {
      const reason = error === null ? "the transaction was not carried out" : failureText(error);
      return countFailure(run, reason, members.length);
    }
    // One key that this login may not touch refuses them all.
    const half = members.length >> 1;
    await this.deleteTogether(members.slice(0, half), keys.slice(0, half));
    await this.deleteTogether(members.slice(half), keys.slice(half));
  }

  /** The keys are on other nodes than the tag set. */
  private async deleteApart(members: readonly string[], keys: readonly string[]): Promise<void> {
    const { run } = this;
    const deleted = await actOnKeys(run, keys);
    const gone = deleted.map((index) => members[index] ?? "");
    if (gone.length === 0) return;
    for (const tag of this.#tags) {
      const { reply } = await run.router.one(tag.name, ...tagCommands(tag).remove(gone));
      if (typeof reply === "number") run.counts.untagged += reply;
      // Its keys are deleted all the same: what stays in the set are names without a key.
      else countFailure(run, reply instanceof ReplyError ? failureText(reply) : "the tag set did not answer", 0);
    }
    await this.deleteAgain(
      deleted.map((index) => keys[index] ?? ""),
      gone,
    );
    this.settling.add(this.#tags, gone);
  }

  private async deleteAgain(keys: readonly string[], members: readonly string[]): Promise<void> {
    const { run } = this;
    const replies = await run.router.run(keys.map((key) => [key, ["UNLINK", key]] as const));
    for (const reply of replies) if (reply === 1) run.counts.deleted++;
    // One that may have been written again, and that nobody could ask: it must not be without its tag.
    const unknown = members.filter((_, index) => typeof replies[index] !== "number");
    if (unknown.length === 0) return;
    for (const tag of this.#tags) {
      const { reply } = await run.router.one(tag.name, ...tagCommands(tag).add(unknown, []));
      if (typeof reply === "number") run.counts.retagged += reply;
    }
  }

  /**
   * Members that are tag sets themselves are no keys to be deleted: what they name would be lost track of. One that is empty at the
   * moment stays too, since it may be filled at the next; --prune takes it out.
   */
  private async withoutNested(members: readonly string[]): Promise<readonly string[]> {
    const { nestedPrefix } = this.tag;
    if (nestedPrefix === null || nestedPrefix === "") return members;
    const suspects = members.filter((member) => member.startsWith(nestedPrefix));
    if (suspects.length === 0) return members;
    const types = await this.run.router.run(suspects.map((name) => [name, ["TYPE", name]] as const));
    const nested = new Set(suspects.filter((_, index) => types[index] === this.tag.kind));
    for (const name of nested) this.#nested.add(name);
    if (this.run.action.kind !== "prune")
      for (const [index, name] of suspects.entries()) if (types[index] === "none") nested.add(name);
    return nested.size === 0 ? members : members.filter((member) => !nested.has(member));
  }

  /** With --all: those that carry all the other tags too. */
  private async withAllTags(members: readonly string[]): Promise<readonly string[]> {
    let left = members;
    for (const tag of this.all) {
      const { has, isIn } = tagCommands(tag);
      const replies = await this.run.router.run(left.map((member) => [tag.name, has(member)] as const));
      left = left.filter((_, index) => isIn(replies[index] ?? null));
    }
    this.run.counts.kept += members.length - left.length;
    return left;
  }
}
