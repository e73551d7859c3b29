import { ownText } from "../../model/key-name.js";
import type { TagSet } from "../../model/invalidation.js";
import { ReplyError } from "../../model/node-port.js";
import { actOnKeys } from "./act-on-keys.js";
import { filterKeys } from "./filter-keys.js";
import { deleteTagged } from "./delete-tagged.js";
import { countFailure, mustEnd, type InvalidationRun } from "./invalidation-run.js";
import { failureText, type Answer } from "./key-router.js";
import { pruneMembers } from "./prune-members.js";
import { SettleQueue } from "./settle-queue.js";
import { tagCommands } from "./tag-commands.js";

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
    for (const [name, kind] of await drain.pages()) {
      // Tags may name each other.
      if (visited.has(name)) continue;
      visited.add(name);
      const inner = { ...next, tag: name.slice(next.nestedPrefix?.length ?? 0), name, kind };
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
  readonly #nested = new Map<string, TagSet["kind"]>();
  readonly #tags: readonly TagSet[];

  constructor(
    private readonly run: InvalidationRun,
    private readonly tag: TagSet,
    private readonly all: readonly TagSet[],
    private readonly settling: SettleQueue,
  ) {
    this.#tags = [tag, ...all];
  }

  async pages(): Promise<ReadonlyMap<string, TagSet["kind"]>> {
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
    return this.run.router.one(this.tag.name, ...tagCommands(this.tag).scan(cursor, this.run.chunk.size));
  }

  private read({ reply }: Answer): { cursor: string; members: string[] } | null {
    if (reply instanceof ReplyError) {
      countFailure(this.run, `the tag set ${this.tag.tag}: ${failureText(reply)}`, 1);
      return null;
    }
    const [cursor, list] = Array.isArray(reply) ? reply : [];
    if (typeof cursor !== "string" || !Array.isArray(list)) {
      countFailure(this.run, `the tag set ${this.tag.tag} does not answer with a page`, 1);
      return null;
    }
    return { cursor: ownText(cursor), members: [...new Set(tagCommands(this.tag).members(list))] };
  }

  private async handle(members: readonly string[]): Promise<void> {
    const { run } = this;
    for (let at = 0; at < members.length && !run.stopRequested.aborted;) {
      const left = members.length - at;
      // In equal parts: a page is often a little longer than what was asked for, and a few keys cost as much time as many.
      const parts = Math.max(1, Math.round(left / run.chunk.size));
      const chunk = members.slice(at, at + Math.ceil(left / parts)).map(ownText);
      at += chunk.length;
      // On their way together: each round trip costs more than the server needs for a chunk.
      await Promise.all([this.deal(chunk), this.settling.settleDue()]);
      run.chunk.took(run.router.takeLongestMs(), chunk.length);
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
    // Whoever writes the tag before the key may write that key only now: it is looked at once more.
    if (run.action.kind === "prune") {
      this.settling.add(this.#tags, await pruneMembers(run, this.#tags, members));
      return;
    }
    if (run.action.kind === "stale") await actOnKeys(run, keys);
    else this.settling.add(this.#tags, await deleteTagged(run, this.#tags, members));
    run.onKeys(keys);
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
    const apart = new Set<string>();
    for (const [index, name] of suspects.entries()) {
      const type = types[index] ?? null;
      if (type instanceof ReplyError) countFailure(this.run, failureText(type), 1);
      else if (type === "set" || type === "zset") this.#nested.set(name, type);
      else if (type !== "none" || this.run.action.kind === "prune") continue;
      apart.add(name);
    }
    return members.filter((member) => !apart.has(member));
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
