import { exist } from "../../apply/invalidate/act-on-keys.js";
import type { InvalidationRun } from "../../apply/invalidate/invalidation-run.js";
import { tagCommands } from "../../apply/invalidate/tag-commands.js";
import type { TagSet } from "../../model/invalidation.js";
import type { VerifiedKeys } from "../../report/invalidation-report.js";

/** As many keys as are read back: enough to see a mistake, little enough to keep. */
const mostKeys = 10_000;
const batch = 256;

/** Keeps the first keys of a run, and reads them back at its end. */
export class VerifySample {
  readonly #keys: string[] = [];

  take(keys: readonly string[]): void {
    for (const key of keys) if (this.#keys.length < mostKeys) this.#keys.push(key);
  }

  /** Read-only. @param tags that the keys were found by; a living key must be in one of them */
  async readBack(run: InvalidationRun, tags: readonly TagSet[]): Promise<VerifiedKeys> {
    const sum: VerifiedKeys = { checked: 0, gone: 0, writtenAgain: 0, withoutTag: 0, unsettled: 0 };
    for (let at = 0; at < this.#keys.length; at += batch) {
      const keys = this.#keys.slice(at, at + batch);
      sum.checked += keys.length;
      if (run.action.kind === "stale") await readLives(run, keys, run.action.seconds, sum);
      else await readKeys(run, keys, tags, sum);
    }
    return sum;
  }
}

async function readKeys(
  run: InvalidationRun,
  keys: readonly string[],
  tags: readonly TagSet[],
  sum: VerifiedKeys,
): Promise<void> {
  const there = await exist(run, keys);
  const living = keys.filter((_, index) => there[index] === true);
  sum.gone += there.filter((one) => one === false).length;
  sum.unsettled += there.filter((one) => one === null).length;
  if (tags.length === 0) {
    sum.writtenAgain += living.length;
    return;
  }
  for (const key of living) {
    const replies = await Promise.all(
      tags.map(async (tag) => {
        const { has, isIn } = tagCommands(tag);
        return isIn((await run.router.one(tag.name, ...has(key.slice(tag.memberPrefix.length)))).reply);
      }),
    );
    if (replies.includes(true)) sum.writtenAgain++;
    // Written without its tag, or gone again by now.
    else if ((await exist(run, [key]))[0] === true) sum.withoutTag++;
    else sum.gone++;
  }
}

async function readLives(
  run: InvalidationRun,
  keys: readonly string[],
  seconds: number,
  sum: VerifiedKeys,
): Promise<void> {
  const replies = await run.router.run(keys.map((key) => [key, ["PTTL", key]] as const));
  for (const reply of replies) {
    if (reply === -2) sum.gone++;
    else if (typeof reply === "number" && reply >= 0 && reply <= seconds * 1000) continue;
    else if (typeof reply === "number") sum.writtenAgain++;
    else sum.unsettled++;
  }
}
