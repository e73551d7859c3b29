import type { TagSet } from "../../model/invalidation.js";
import { exist } from "./act-on-keys.js";
import { ReplyError } from "../../model/node-port.js";
import { countFailure, type InvalidationRun } from "./invalidation-run.js";
import { failureText } from "./key-router.js";
import { scoreOf, tagCommands } from "./tag-commands.js";

interface Removed {
  tags: readonly TagSet[];
  members: readonly string[];
  atMs: number;
  /** Of the router, when the keys were deleted. */
  interruptions: number;
}

/**
 * Looks at keys once more, a moment after they were deleted and taken out of their tag sets. Whoever writes the tag before the key
 * (Laravel does) may have had its tag removed between the two: such a key is tagged again. And where a connection broke off or
 * a node was replaced meanwhile, what was deleted may have come back with an older copy: it is deleted once more.
 */
export class SettleQueue {
  #waiting: Removed[] = [];

  constructor(private readonly run: InvalidationRun) {}

  /** Members that were just removed from all of `tags`. Keeps copies of their names: they must not be slices. */
  add(tags: readonly TagSet[], members: readonly string[]): void {
    const { settleMs, router, clock } = this.run;
    if (settleMs === 0 || members.length === 0) return;
    this.#waiting.push({ tags, members, atMs: clock.monotonicMs(), interruptions: router.interruptions });
  }

  /** Those whose time has come. */
  async settleDue(): Promise<void> {
    const { clock, settleMs } = this.run;
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || clock.monotonicMs() - first.atMs < settleMs) return;
      this.#waiting.shift();
      await this.settle(first);
    }
  }

  /** All, each when its time has come. */
  async finish(): Promise<void> {
    const { clock, settleMs } = this.run;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const leftMs = first.atMs + settleMs - clock.monotonicMs();
      if (leftMs > 0) await clock.sleep(leftMs);
      await this.settleDue();
    }
  }

  private async settle({ tags, members, interruptions }: Removed): Promise<void> {
    const { run } = this;
    // Nobody could be asked; that the run was given up is a failure of its own.
    if (run.router.givenUp !== null) return;
    const prefix = tags[0]?.memberPrefix ?? "";
    const keys = members.map((member) => prefix + member);
    // A pruned member had no key, so none can have come back by itself.
    if (run.action.kind !== "prune" && interruptions !== run.router.interruptions) {
      const now = run.router.interruptions;
      const replies = await run.router.run(keys.map((key) => [key, ["UNLINK", key]] as const));
      for (const reply of replies) if (reply === 1) run.counts.deleted++;
      this.#waiting.push({ tags, members, atMs: run.clock.monotonicMs(), interruptions: now });
      return;
    }
    const there = await exist(run, keys);
    const back = members.filter((_, index) => there[index] === true);
    if (back.length > 0) await tagAgain(run, tags, back);
  }
}

/** Writes: SADD, or ZADD NX with the score that the key's time to live makes. */
export async function tagAgain(
  run: InvalidationRun,
  tags: readonly TagSet[],
  members: readonly string[],
): Promise<void> {
  const { router, clock, counts } = run;
  const ttls = tags.some(({ kind }) => kind === "zset")
    ? await router.run(
        members.map((member) => {
          const key = (tags[0]?.memberPrefix ?? "") + member;
          return [key, ["PTTL", key]] as const;
        }),
      )
    : [];
  for (const tag of tags) {
    const scores = members.map((_, index) => scoreOf(ttls[index] ?? -1, clock.now()));
    const { reply } = await router.one(tag.name, ...tagCommands(tag).add(members, scores));
    if (typeof reply === "number") counts.retagged += reply;
    else
      countFailure(
        run,
        reply instanceof ReplyError ? failureText(reply) : "the tag set did not answer",
        members.length,
      );
  }
}
