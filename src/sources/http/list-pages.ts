import { jsonRows, parseJson, textOf, valueAt } from "./body-rows.js";
import { FetchFailure } from "./fetch-failure.js";
import type { Fetched } from "./fetch-url.js";
import type { SourceRow } from "../../model/warm-source.js";

/** Where a list endpoint has its rows and its next page. */
export interface ListSettings {
  url: string;
  /** Path to the array; null: the document is the array. */
  rows: string | null;
  /** Path to the next page's URL; null: the `Link` header tells it. */
  next: string | null;
  maxPages: number;
}

/** One page of a list: its elements as rows. */
export interface ListPage {
  url: string;
  rows: SourceRow[];
}

/** The pages of a list endpoint, one after the other. @throws FetchFailure, also when it has more pages than allowed */
export async function* listPages(
  { url: first, rows, next, maxPages }: ListSettings,
  fetch: (url: string) => Promise<Extract<Fetched, { changed: true }>>,
): AsyncGenerator<ListPage> {
  const seen = new Set<string>();
  for (let url: string | null = first; url !== null;) {
    if (seen.has(url)) throw new FetchFailure(`the list's next page is one that was read before`, false);
    if (seen.size === maxPages)
      throw new FetchFailure(`the list has more than ${maxPages} pages (list.maxPages)`, false);
    seen.add(url);
    const fetched = await fetch(url);
    const document = parseJson(textOf(fetched.body));
    yield { url, rows: jsonRows(document, rows ?? (Array.isArray(document) ? null : missingPath()), url).rows };
    url = nextUrl(next === null ? linkNext(fetched.link) : valueAt(document, next), fetched.url);
  }
}

function missingPath(): never {
  throw new FetchFailure("the list is no array: list.rows says where in it the array is", false);
}

/** Null, absent or empty: this was the last page. */
function nextUrl(next: unknown, from: string): string | null {
  if (next === undefined || next === null || next === "" || next === false) return null;
  if (typeof next !== "string" || !URL.canParse(next, from))
    throw new FetchFailure("the address of the list's next page is no URL", false);
  const url = new URL(next, from);
  if (!/^https?:$/.test(url.protocol)) throw new FetchFailure("the list's next page is neither http nor https", false);
  return url.href;
}

/** `<https://…?page=2>; rel="next", …`: RFC 8288. */
export function linkNext(header: string | null): string | null {
  if (header === null) return null;
  for (const [, target = "", parameters = ""] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)/g,
  ))
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?![\w-]))/i.test(parameters)) return target;
  return null;
}
