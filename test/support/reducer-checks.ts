import type { KeyReducer } from "../../src/analyze/keyspace/reducer.js";
import type { KeyPage } from "../../src/model/key-page.js";
import { seededRandom, shuffled } from "./key-page.js";

/** A reducer with the facts that a test compares. */
export interface CheckedReducer<R extends KeyReducer> {
  empty: () => R;
  restore: (saved: unknown) => R;
  facts: (reducer: R) => unknown;
}

export function factsOf<R extends KeyReducer>({ empty, facts }: CheckedReducer<R>, pages: readonly KeyPage[]): unknown {
  const reducer = empty();
  for (const page of pages) reducer.add(page);
  return facts(reducer);
}

/** The facts of the same pages in several other orders. */
export function factsOfShuffles<R extends KeyReducer>(
  checked: CheckedReducer<R>,
  pages: readonly KeyPage[],
  seed = 1,
): unknown[] {
  const random = seededRandom(seed);
  return Array.from({ length: 5 }, () => factsOf(checked, shuffled(pages, random)));
}

/** The facts when the reducer goes through a JSON file after a third and after two thirds of the pages. */
export function factsWhenResumed<R extends KeyReducer>(checked: CheckedReducer<R>, pages: readonly KeyPage[]): unknown {
  let reducer = checked.empty();
  for (const [index, page] of pages.entries()) {
    if (index === Math.floor(pages.length / 3) || index === Math.floor((2 * pages.length) / 3))
      reducer = checked.restore(JSON.parse(JSON.stringify(reducer.save())));
    reducer.add(page);
  }
  return checked.facts(reducer);
}
