import { formatEndpoint } from "../model/node.js";
import { canonicalUrl } from "./canonical-url.js";
import { parseUrl, type ParsedUrl } from "./parse-url.js";
import { ProfileError } from "./profile-error.js";
import { plainTls, targetSpec, type LoginSpec, type NamedTarget } from "./profile-spec.js";

export interface UrlOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Where the URL was written: a password is accepted in the environment, where other users do not see it. */
  from: "command line" | "environment";
  /** From a flag: goes before the one in the URL. */
  username?: string | undefined;
}

/**
 * A URL that stands in for a profile file. `CACHECTL_USERNAME` and `CACHECTL_PASSWORD` log in.
 *
 * @throws ProfileError `url-invalid`, or `url-password` for a password on the command line. Neither repeats the URL's login.
 */
export function targetFromUrl(text: string, { env, from, username }: UrlOptions): NamedTarget {
  const parsed = parseUrl(text);
  if (!parsed.ok)
    throw new ProfileError(
      "url-invalid",
      `${redactUrl(text)} cannot be used: ${parsed.reason}`,
      "docs/profiles.md lists the URL forms, for example redis://HOST:PORT/0 or memcached://HOST1,HOST2.",
    );
  const { url } = parsed;
  if (url.password !== null && from === "command line") throw passwordOnCommandLine(url);
  return {
    name: urlName(url),
    source: "url",
    spec: targetSpec({
      kind: url.kind,
      seeds: url.seeds,
      masterName: url.masterName,
      login: urlLogin({ ...url, username: username ?? url.username }, env),
      tls: url.tls ? plainTls : null,
      sentinelTls: url.kind === "sentinel" && url.tls,
      database: url.database ?? 0,
    }),
  };
}

/** Two URLs with the same key ask the same servers as the same user. */
export function urlKey({ spec }: NamedTarget): string {
  const { kind, seeds, masterName, database, login } = spec;
  const url = canonicalUrl({
    kind,
    seeds,
    masterName,
    database,
    tls: spec.tls !== null,
    username: null,
    password: null,
  });
  return `${url} ${login?.username ?? ""}`;
}

/** For errors: without login, parameters and whatever else might hide a secret. */
export function redactUrl(text: string): string {
  return text.replace(/:\/\/.*@/s, "://[login]@").replace(/\?.*$/s, "?…");
}

function urlName(url: ParsedUrl): string {
  const [first] = url.seeds;
  if (url.kind !== "standalone" || first === undefined) return canonicalUrl(url);
  return `${formatEndpoint(first)}${url.database ? `/${url.database}` : ""}`;
}

function urlLogin(url: ParsedUrl, env: UrlOptions["env"]): LoginSpec | null {
  const username = url.username ?? (env.CACHECTL_USERNAME || null);
  if (url.password !== null) return { username, password: { kind: "literal", secret: url.password } };
  // Memcached has no login without a user name; a password exported for the Redis targets of the run is not for it.
  const exported = Boolean(env.CACHECTL_PASSWORD) && (url.kind !== "memcached" || username !== null);
  if (exported) return { username, password: { kind: "env", name: "CACHECTL_PASSWORD" } };
  return username === null ? null : { username, password: { kind: "prompt" } };
}

function passwordOnCommandLine(url: ParsedUrl): ProfileError {
  return new ProfileError(
    "url-password",
    `the URL for ${urlName(url)} holds a password, which every user of this machine can read in the process list`,
    "Leave it out of the URL and export CACHECTL_PASSWORD, or write a profile with password: { env: NAME }, { file: PATH }, { command: [...] } or { prompt: true }.",
  );
}
