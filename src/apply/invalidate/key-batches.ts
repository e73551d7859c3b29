import { actOnKeys } from "./act-on-keys.js";
import { filterKeys } from "./filter-keys.js";
import { mustEnd, type InvalidationRun } from "./invalidation-run.js";

/** Deals with keys that are named one by one, in chunks. Writes. @returns how many of them were dealt with, or tried */
export async function invalidateKeys(run: InvalidationRun, names: readonly string[]): Promise<number> {
  let at = 0;
  while (at < names.length && !mustEnd(run)) {
    const chunk = names.slice(at, at + run.chunk.size);
    run.counts.seen += chunk.length;
    const wanted = (await filterKeys(run, chunk)).map((index) => chunk[index] ?? "");
    await actOnKeys(run, wanted);
    run.chunk.took(run.router.takeLongestMs(), chunk.length);
    run.onKeys(wanted);
    at += chunk.length;
    await run.pace(chunk.length);
  }
  return at;
}
