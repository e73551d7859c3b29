import type { Clock } from "../../model/clock.js";
import { FetchFailure } from "./fetch-failure.js";
import type { FetchSettings } from "./fetch-settings.js";
import { requestOnce, type Agents, type Answer } from "./request-once.js";

/** A document that was fetched whole, or the word that it is the one already known. */
export type Fetched =
  | {
      changed: true;
      url: string;
      body: Buffer;
      contentType: string;
      link: string | null;
      etag: string | null;
      framed: boolean;
    }
  | { changed: false };

export interface FetchDeps {
  settings: FetchSettings;
  agents: Agents;
  /** Origins that get the secrets of `headers`, `bearer` and `basic`: those that the manifest itself names. */
  trustedOrigins: ReadonlySet<string>;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

/**
 * Fetches one URL: retried with growing, scattered waits where the failure may pass (network, 408, 425, 429, 5xx), redirects
 * followed up to the bound.
 *
 * @param etag of the document that is known; null: none
 * @throws FetchFailure, after the last try; an `interrupted` error when the run is aborted
 */
export async function fetchUrl(url: string, etag: string | null, deps: FetchDeps): Promise<Fetched> {
  const { settings, clock, random, signal } = deps;
  let waitMs = settings.firstWaitMs;
  for (let tries = 1; ; tries++) {
    try {
      return await followRedirects(url, etag, deps);
    } catch (error) {
      if (!(error instanceof FetchFailure) || signal.aborted) throw error;
      if (!error.passing) throw error;
      const asked = error.retryAfterMs ?? 0;
      if (tries > settings.retries || asked > settings.longestWaitMs) throw afterTries(error, tries);
      // From half to the whole of it: clients that failed together must not come back together.
      const scattered = Math.min(waitMs, settings.longestWaitMs) * (0.5 + random() / 2);
      if (await abortedWithin(Math.max(asked, scattered), clock, signal)) throw error;
      waitMs *= 2;
    }
  }
}

function afterTries(error: FetchFailure, tries: number): FetchFailure {
  const asked =
    error.retryAfterMs === null ? "" : `, and the server asks to wait ${Math.ceil(error.retryAfterMs / 1_000)} s`;
  return new FetchFailure(`${error.message} (${tries} ${tries === 1 ? "try" : "tries"}${asked})`, true);
}

async function followRedirects(first: string, etag: string | null, deps: FetchDeps): Promise<Fetched> {
  const { settings, agents, signal } = deps;
  let url = new URL(first);
  for (let redirects = 0; ; redirects++) {
    const answer = await requestOnce(url, requestHeaders(url, etag, deps), settings, agents, signal);
    const { status, headers } = answer;
    if (status >= 300 && status < 400 && status !== 304) {
      if (redirects === settings.maxRedirects)
        throw new FetchFailure(`more than ${settings.maxRedirects} redirects (maxRedirects)`, false);
      url = redirectTarget(url, headers.location);
      continue;
    }
    if (status === 304 && etag !== null) return { changed: false };
    if (status !== 200) throw refused(answer, deps.clock.now());
    return {
      changed: true,
      url: url.href,
      body: answer.body,
      contentType: headers["content-type"] ?? "",
      link: joined(headers["link"]),
      etag: headers.etag ?? null,
      framed: answer.framed,
    };
  }
}

function requestHeaders(
  url: URL,
  etag: string | null,
  { settings, trustedOrigins }: FetchDeps,
): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": "cachectl", "accept-encoding": "gzip, deflate, br" };
  if (trustedOrigins.has(url.origin))
    for (const [name, value] of Object.entries(settings.headers)) headers[name] = value.reveal();
  if (etag !== null) headers["if-none-match"] = etag;
  return headers;
}

function redirectTarget(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new FetchFailure("a redirect that does not say where to", false);
  const to = new URL(location, from);
  if (to.protocol !== "https:" && to.protocol !== "http:")
    throw new FetchFailure(`a redirect to ${to.protocol}, which is neither http nor https`, false);
  // Whoever sits on the way could then put into the cache what they like.
  if (from.protocol === "https:" && to.protocol === "http:")
    throw new FetchFailure("a redirect from https to http", false);
  return to;
}

function refused({ status, headers }: Answer, nowMs: number): FetchFailure {
  const passing = status === 408 || status === 425 || status === 429 || status >= 500;
  return new FetchFailure(
    `HTTP status ${status}`,
    passing,
    passing ? retryAfterMs(headers["retry-after"], nowMs) : null,
  );
}

/** Seconds or a date. Source: RFC 9110, 10.2.3. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

function joined(header: string | string[] | undefined): string | null {
  return Array.isArray(header) ? header.join(", ") : (header ?? null);
}

/** A pause that ends with the signal, which the clock's own outlives. @returns whether it did */
async function abortedWithin(ms: number, clock: FetchDeps["clock"], signal: AbortSignal): Promise<boolean> {
  const awake = new AbortController();
  const aborted = new Promise<boolean>((resolve) => {
    signal.addEventListener("abort", () => resolve(true), { once: true, signal: awake.signal });
  });
  const ended = await Promise.race([clock.sleep(ms).then(() => false), aborted]);
  awake.abort();
  return ended;
}
