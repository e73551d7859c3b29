import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { CachectlError } from "../../model/errors.js";
import { Secret } from "../../model/secret.js";
import * as field from "../../profiles/field-schemas.js";
import { secret } from "../../profiles/secret-schema.js";
import { longDuration } from "../source-fields.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";

/** How to reach a database server. Holds the password, wrapped. */
export interface DatabaseAddress {
  host: string;
  port: number;
  /** A unix socket, in place of host and port; PostgreSQL: its directory. */
  socket: string | null;
  user: string;
  password: Secret | null;
  database: string;
  /** `ca` as PEM text; null: the system's authorities. */
  tls: { ca: string | null; insecure: boolean } | null;
  /** Milliseconds. */
  connectTimeoutMs: number;
  /** How long the server may be silent over one request. Milliseconds. */
  statementTimeoutMs: number;
}

/** The fields of `source:` that say which server and database. */
export function addressFields(base: field.PathBase) {
  const tls = field.closed({ ca: v.optional(field.path(base)), insecure: v.optional(field.flag) });
  return {
    url: v.optional(secret(base)),
    host: v.optional(field.text),
    port: v.optional(field.port),
    socket: v.optional(field.path(base)),
    user: v.optional(field.text),
    password: v.optional(secret(base)),
    database: v.optional(field.text),
    tls: v.optional(v.union([field.flag, tls], "must be true, false, or a mapping of `ca` and `insecure`")),
    connectTimeout: v.optional(longDuration, "10s"),
    statementTimeout: v.optional(longDuration, "1m"),
  };
}

type AddressFields = v.InferOutput<v.ObjectSchema<ReturnType<typeof addressFields>, undefined>>;

/** What one kind of server is called in URLs, and where it listens. */
export interface ServerKind {
  protocols: readonly string[];
  port: number;
}

/** Fields over URL over defaults. @throws CachectlError usage; the URL, which may hold a password, is never repeated */
export async function resolveAddress(
  given: AddressFields,
  kind: ServerKind,
  deps: Pick<RemoteSourceDeps, "resolveSecret">,
): Promise<DatabaseAddress> {
  const url =
    given.url === undefined ? null : parseUrl((await deps.resolveSecret(given.url, "source.url")).reveal(), kind);
  const password =
    given.password === undefined
      ? (url?.password ?? null)
      : await deps.resolveSecret(given.password, "source.password");
  const user = given.user ?? url?.user;
  const database = given.database ?? url?.database;
  if (user === undefined) throw missing("user");
  if (database === undefined) throw missing("database");
  return {
    host: given.host ?? url?.host ?? "localhost",
    port: given.port ?? url?.port ?? kind.port,
    socket: given.socket ?? null,
    user,
    password,
    database,
    tls: given.tls === undefined ? (url?.tls ?? null) : await tlsOf(given.tls),
    connectTimeoutMs: given.connectTimeout,
    statementTimeoutMs: given.statementTimeout,
  };
}

async function tlsOf(given: NonNullable<AddressFields["tls"]>): Promise<DatabaseAddress["tls"]> {
  if (typeof given === "boolean") return given ? { ca: null, insecure: false } : null;
  return { ca: given.ca === undefined ? null : await readAuthority(given.ca), insecure: given.insecure ?? false };
}

/** PEM text of the file that `source.tls.ca` names. @throws CachectlError usage */
export async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw usage(`source.tls.ca: the file ${path} cannot be read (${code})`, "Name a file of certificates in PEM form.");
  }
}

interface UrlParts extends Partial<Pick<DatabaseAddress, "host" | "port" | "user" | "database">> {
  password: Secret | null;
  tls: DatabaseAddress["tls"] | undefined;
}

function parseUrl(url: string, { protocols }: ServerKind): UrlParts {
  const names = protocols.map((protocol) => `${protocol}//`).join(" or ");
  if (!URL.canParse(url)) throw usage("source.url is no URL", `Write it as ${names}user@host:port/database.`);
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(url);
  if (!protocols.includes(protocol))
    throw usage(`source.url does not begin with ${names}`, "Correct the URL, or source.kind.");
  const [option] = [...searchParams.keys()].filter((name) => name !== "sslmode");
  if (option !== undefined)
    throw usage(
      `source.url has the option ${option}, which is not understood here`,
      "Only sslmode is; give the rest as fields.",
    );
  return {
    ...(hostname === "" ? {} : { host: decodeURIComponent(hostname).replace(/^\[|\]$/g, "") }),
    ...(port === "" ? {} : { port: Number(port) }),
    ...(username === "" ? {} : { user: decodeURIComponent(username) }),
    ...(pathname.length < 2 ? {} : { database: decodeURIComponent(pathname.slice(1)) }),
    password: password === "" ? null : new Secret(decodeURIComponent(password)),
    tls: sslMode(searchParams.get("sslmode")),
  };
}

/** As libpq means it: `require` encrypts and believes any certificate. */
function sslMode(mode: string | null): DatabaseAddress["tls"] | undefined {
  if (mode === null) return undefined;
  if (mode === "disable") return null;
  if (mode === "require") return { ca: null, insecure: true };
  if (mode === "verify-full") return { ca: null, insecure: false };
  throw usage(`source.url has sslmode=${mode.slice(0, 20)}`, "Use disable, require or verify-full, or the field tls.");
}

function missing(field: string): CachectlError {
  return usage(`source.${field} is missing`, `Give ${field}, or a url that has it.`);
}

function usage(message: string, hint: string): CachectlError {
  return new CachectlError("usage", "source-address", message, hint);
}
