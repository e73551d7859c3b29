import type { Endpoint, TargetKind } from "../model/node.js";
import { nearest } from "../model/nearest.js";
import { Secret } from "../model/secret.js";
import { parseEndpoint } from "./parse-endpoint.js";
import { defaultPorts } from "./profile-spec.js";

export interface ParsedUrl {
  kind: TargetKind;
  seeds: Endpoint[];
  masterName: string | null;
  username: string | null;
  password: Secret | null;
  tls: boolean;
  /** null: the URL names none. */
  database: number | null;
}

/** A failure says what is wrong and what to write, and never repeats the URL: it may hold a password. */
export type UrlResult = { ok: true; url: ParsedUrl } | { ok: false; reason: string };

/** Scheme → what it stands for. `valkey…` is the same as `redis…`. */
const schemes: Readonly<Record<string, { kind: TargetKind; tls: boolean; unix?: true }>> = {
  redis: { kind: "standalone", tls: false },
  rediss: { kind: "standalone", tls: true },
  "redis+sentinel": { kind: "sentinel", tls: false },
  "rediss+sentinel": { kind: "sentinel", tls: true },
  "redis+cluster": { kind: "cluster", tls: false },
  "rediss+cluster": { kind: "cluster", tls: true },
  "redis+unix": { kind: "standalone", tls: false, unix: true },
  memcached: { kind: "memcached", tls: false },
};

/** Reads every URL form of docs/profiles.md. Pure; throws nothing. */
export function parseUrl(text: string): UrlResult {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text.trim());
  if (match?.[1] === undefined || match[2] === undefined) return refuse("a URL starts with a scheme such as redis://");
  const name = match[1].toLowerCase();
  const scheme = Object.hasOwn(schemes, name.replace("valkey", "redis"))
    ? schemes[name.replace("valkey", "redis")]
    : undefined;
  if (scheme === undefined) return refuse(unknownScheme(name));
  const user = splitLogin(match[2]);
  if (!user.ok) return user;
  const place = scheme.unix === true ? parseSocket(user.rest) : parseHosts(user.rest, name, scheme.kind);
  if (!place.ok) return place;
  const { seeds, masterName, database } = place;
  return {
    ok: true,
    url: {
      kind: scheme.kind,
      tls: scheme.tls,
      username: user.username,
      password: user.password,
      seeds,
      masterName,
      database,
    },
  };
}

type Login = { ok: true; username: string | null; password: Secret | null; rest: string };

/** The last @ ends the login: a password may hold @, / or # unencoded, a host may not. */
function splitLogin(text: string): Login | { ok: false; reason: string } {
  const at = text.lastIndexOf("@");
  if (at === -1) return { ok: true, username: null, password: null, rest: text };
  const [username = "", ...more] = text.slice(0, at).split(":");
  try {
    const password = decodeURIComponent(more.join(":"));
    return {
      ok: true,
      username: username === "" ? null : decodeURIComponent(username),
      password: password === "" ? null : new Secret(password),
      rest: text.slice(at + 1),
    };
  } catch {
    return refuse("a % in the user name or password has to be written as %25");
  }
}

type Place = { ok: true; seeds: Endpoint[]; masterName: string | null; database: number | null };

function parseHosts(text: string, scheme: string, kind: TargetKind): Place | { ok: false; reason: string } {
  if (/[?#]/.test(text))
    return refuse("parameters after ? or # are not understood; use a profile file for more settings");
  const [hosts = "", ...segments] = text.replace(/\/$/, "").split("/");
  const seeds: Endpoint[] = [];
  for (const host of hosts.split(",")) {
    const endpoint = parseEndpoint(host.trim(), defaultPorts[kind]);
    if (!endpoint.ok) return refuse(`each host must ${endpoint.reason}`);
    seeds.push({ host: endpoint.host, port: endpoint.port });
  }
  if (kind === "standalone" && seeds.length > 1)
    return refuse(`${scheme}:// takes one host; several are a ${scheme}+cluster:// or ${scheme}+sentinel:// URL`);
  const path = parsePath(segments, kind);
  return path.ok ? { ...path, seeds } : path;
}

/** `/db`, for sentinel `/master[/db]`; cluster and memcached have no path. */
function parsePath(segments: string[], kind: TargetKind): Omit<Place, "seeds"> | { ok: false; reason: string } {
  let masterName: string | null = null;
  const rest = [...segments];
  if (kind === "sentinel") {
    try {
      masterName = decodeURIComponent(rest.shift() ?? "") || null;
    } catch {
      return refuse("a % in the master name has to be written as %25");
    }
  }
  if (rest.length === 0) return { ok: true, masterName, database: null };
  if (kind === "cluster" || kind === "memcached") return refuse(`a ${kind} URL has nothing after the hosts`);
  const database = rest.length === 1 ? parseDatabase(rest[0] ?? "") : null;
  if (database === null) return refuse("the last part of the path must be a database number, such as /0");
  return { ok: true, masterName, database };
}

function parseSocket(text: string): Place | { ok: false; reason: string } {
  const [path = "", query, ...more] = text.split("?");
  if (!path.startsWith("/") || path === "/")
    return refuse("a socket needs its whole path: redis+unix:///run/redis.sock");
  const database = query === undefined ? null : parseDatabase(/^db=(.*)$/s.exec(query)?.[1] ?? "");
  if (query !== undefined && (database === null || more.length > 0))
    return refuse("the only parameter of a socket URL is ?db=NUMBER");
  try {
    return { ok: true, seeds: [{ path: decodeURIComponent(path) }], masterName: null, database };
  } catch {
    return refuse("a % in the path has to be written as %25");
  }
}

/** null: not a database number. */
function parseDatabase(text: string): number | null {
  return /^\d{1,5}$/.test(text) ? Number(text) : null;
}

function unknownScheme(name: string): string {
  const guess = nearest(name, [
    ...Object.keys(schemes),
    ...Object.keys(schemes).map((s) => s.replace("redis", "valkey")),
  ]);
  const known = guess === null ? Object.keys(schemes).join("://, ") : guess;
  return `${guess === null ? "the scheme is unknown; known are" : "the scheme is unknown; did you mean"} ${known}://${guess === null ? "" : "?"}`;
}

function refuse(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
