import { CachectlError } from "../../model/errors.js";
import type { RejectedRow, ResumePoint, SourcePage, WarmSource } from "../../model/warm-source.js";
import { inOrder } from "../in-order.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { interrupted } from "../source-errors.js";
import { bodyRows, type BodyFormat, type BodyRows } from "./body-rows.js";
import { FetchFailure } from "./fetch-failure.js";
import { fetchSettings, type FetchSettings } from "./fetch-settings.js";
import { fetchUrl, type FetchDeps } from "./fetch-url.js";
import type { HttpSpec } from "./http-kind.js";
import { KnownEtags } from "./known-etags.js";
import { listPages, type ListSettings } from "./list-pages.js";
import { Agents } from "./request-once.js";

/**
 * Documents fetched over HTTP, in the order of the manifest or of the list endpoint, `concurrency` at a time. Nothing of a
 * document is handed on before all of it is there and can be read.
 *
 * @throws CachectlError usage: a secret or a file of the manifest cannot be had
 */
export async function openHttpSource(given: HttpSpec, deps: RemoteSourceDeps): Promise<HttpSource> {
  const { urls = [], list, etags } = given;
  const where: HttpSettings = {
    urls,
    list: list === undefined ? null : { ...list, rows: list.rows ?? null, next: list.next ?? null },
    fetchField: list?.fetch ?? null,
    format: given.response,
    rowsPath: given.rows ?? null,
    concurrency: given.concurrency,
    rejectFailures: given.onError === "reject",
  };
  return new HttpSource(where, await fetchSettings(given, deps), await KnownEtags.load(etags ?? null), deps);
}

interface HttpSettings {
  urls: readonly string[];
  list: ListSettings | null;
  /** Field of a list's element that has the URL to fetch; null: the elements are the rows. */
  fetchField: string | null;
  format: BodyFormat;
  rowsPath: string | null;
  concurrency: number;
  rejectFailures: boolean;
}

/** What became of one URL: its rows, or why there are none. Neither: it has not changed. */
type Outcome = { url: string } & ({ read: BodyRows } | { rejected: RejectedRow } | { unchanged: true });

const rowsOfPage = 1_000;

class HttpSource implements WarmSource {
  readonly #agents: Agents;
  readonly #closed = new AbortController();

  constructor(
    private readonly where: HttpSettings,
    private readonly settings: FetchSettings,
    private readonly etags: KnownEtags,
    private readonly deps: RemoteSourceDeps,
  ) {
    this.#agents = new Agents(where.concurrency);
  }

  async *pages(from: ResumePoint, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const { where } = this;
    const fetchDeps = this.fetchDeps(AbortSignal.any([signal, this.#closed.signal]));
    let done = from === null ? 0 : doneBefore(from, where.urls);
    try {
      if (where.list !== null && where.fetchField === null) {
        yield* this.listed(where.list, fetchDeps);
        return;
      }
      const urls =
        where.list === null ? where.urls.slice(done) : this.listedUrls(where.list, where.fetchField ?? "", fetchDeps);
      for await (const outcome of inOrder(urls, where.concurrency, (url) => this.fetchOne(url, fetchDeps))) {
        const before = where.list === null ? pointAfter(done, where.urls) : null;
        done++;
        yield* pagesOf(outcome, before, where.list === null ? pointAfter(done, where.urls) : null);
      }
    } catch (error) {
      if (signal.aborted) throw interrupted("the http source");
      throw error instanceof FetchFailure ? stopped("the list", error) : error;
    }
  }

  totalRows(): Promise<null> {
    return Promise.resolve(null);
  }

  /** Every row was written: from now on a document that has not changed since is not fetched again. */
  async committed(): Promise<void> {
    await this.etags.save((path, text) => this.deps.writeFile(path, text));
  }

  close(): Promise<void> {
    this.#closed.abort();
    this.#agents.close();
    return Promise.resolve();
  }

  private async *listed(list: ListSettings, deps: FetchDeps): AsyncGenerator<SourcePage> {
    for await (const { url, rows } of listPages(list, (next) => fetchAnyway(next, deps)))
      yield* pagesOf(
        { url, read: { rows, within: rows.map((_, index) => ` item ${index + 1}`), rejected: [] } },
        null,
        null,
      );
  }

  private async *listedUrls(list: ListSettings, field: string, deps: FetchDeps): AsyncGenerator<string> {
    for await (const { url, rows } of listPages(list, (next) => fetchAnyway(next, deps)))
      for (const row of rows) {
        const target = row[field];
        if (
          typeof target !== "string" ||
          !URL.canParse(target, url) ||
          !/^https?:$/.test(new URL(target, url).protocol)
        )
          throw new FetchFailure(`${url} has an element without an http(s) URL in ${field} (list.fetch)`, false);
        yield new URL(target, url).href;
      }
  }

  private async fetchOne(url: string, deps: FetchDeps): Promise<Outcome> {
    const { where, etags } = this;
    try {
      const known = etags.of(url);
      const fetched = await fetchUrl(url, known, deps);
      if (!fetched.changed) {
        etags.saw(url, known);
        return { url, unchanged: true };
      }
      const read = bodyRows({ ...fetched, url }, where.format, where.rowsPath);
      etags.saw(url, fetched.etag);
      return { url, read };
    } catch (error) {
      if (!(error instanceof FetchFailure) || deps.signal.aborted) throw error;
      if (!where.rejectFailures) throw stopped(url, error);
      return { url, rejected: { place: url, reason: error.message, text: "" } };
    }
  }

  private fetchDeps(signal: AbortSignal): FetchDeps {
    const { where, settings, deps } = this;
    const named = [...where.urls, ...(where.list === null ? [] : [where.list.url])];
    const trustedOrigins = new Set(named.map((url) => new URL(url).origin));
    return { settings, agents: this.#agents, trustedOrigins, clock: deps.clock, random: () => deps.random(), signal };
  }
}

/** Without an ETag nothing can be unchanged. */
async function fetchAnyway(url: string, deps: FetchDeps) {
  const fetched = await fetchUrl(url, null, deps);
  if (!fetched.changed) throw new FetchFailure("HTTP status 304 to a request that did not ask for it", false);
  return fetched;
}

/** Only the last page of a document may be gone on from behind it. */
function* pagesOf(outcome: Outcome, before: ResumePoint, after: ResumePoint): Generator<SourcePage> {
  const { rows, within, rejected }: BodyRows =
    "read" in outcome
      ? outcome.read
      : { rows: [], within: [], rejected: "rejected" in outcome ? [outcome.rejected] : [] };
  for (let start = 0; start === 0 || start < rows.length; start += rowsOfPage)
    yield {
      rows: rows.slice(start, start + rowsOfPage),
      placeOf: (index) => `${outcome.url}${within[start + index] ?? ""}`,
      rejected: start === 0 ? rejected : [],
      resumeAt: start + rowsOfPage >= rows.length ? after : before,
    };
}

function pointAfter(done: number, urls: readonly string[]): ResumePoint {
  return done === 0 ? null : { done, last: urls[done - 1] ?? "" };
}

function doneBefore(from: ResumePoint, urls: readonly string[]): number {
  if (typeof from === "object" && from !== null && !Array.isArray(from)) {
    const { done, last } = from;
    if (typeof done === "number" && last === urls[done - 1]) return done;
  }
  const hint = "Was source.urls changed since? Start anew without --resume.";
  throw new CachectlError("usage", "resume-point", "the checkpoint does not belong to this source", hint);
}

function stopped(url: string, failure: FetchFailure): CachectlError {
  return new CachectlError(
    "unreached",
    "fetch-failed",
    `${url} could not be fetched: ${failure.message}`,
    "See whether it answers, then run it again; `onError: reject` goes on without what cannot be fetched.",
    failure,
  );
}
