import type { KeyPage } from "../../model/key-page.js";

/** The keys of a page for which `keep` is true of their index; the page itself when that is all of them. */
export function selectKeys(page: KeyPage, keep: (index: number) => boolean): KeyPage {
  const kept: number[] = [];
  for (let i = 0; i < page.names.length; i++) if (keep(i)) kept.push(i);
  if (kept.length === page.names.length) return page;
  const pick = <T>(column: T[]): T[] => kept.map((index) => column[index] as T);
  const { items } = page;
  return {
    ...page,
    names: pick(page.names),
    types: pick(page.types),
    bytes: pick(page.bytes),
    elements: pick(page.elements),
    ttlMs: pick(page.ttlMs),
    encodings: pick(page.encodings),
    idleSeconds: pick(page.idleSeconds),
    frequencies: pick(page.frequencies),
    items: items === null ? null : { fetched: pick(items.fetched), slabClasses: pick(items.slabClasses) },
  };
}
