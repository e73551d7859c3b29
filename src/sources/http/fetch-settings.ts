import * as v from "valibot";
import { Secret } from "../../model/secret.js";
import * as field from "../../profiles/field-schemas.js";
import { secret } from "../../profiles/secret-schema.js";
import { longDuration, wholeNumber } from "../source-fields.js";
import type { RemoteSourceDeps } from "../remote-source-deps.js";
import { readAuthority } from "../sql/connection.js";

/** How one URL is fetched. Holds secrets, wrapped. */
export interface FetchSettings {
  headers: Readonly<Record<string, Secret>>;
  tls: { ca: string | null; insecure: boolean };
  /** Milliseconds, as all of these. */
  connectTimeoutMs: number;
  /** From the request's end to the answer's first byte. */
  firstByteTimeoutMs: number;
  /** For one try as a whole. */
  timeoutMs: number;
  /** Tries after the first one. */
  retries: number;
  /** Before the first retry; doubled with each, up to `longestWaitMs`. */
  firstWaitMs: number;
  longestWaitMs: number;
  maxRedirects: number;
  /** Of a body, unpacked. */
  maxBodyBytes: number;
}

/** The fields of `source:` about single requests. */
export function fetchFields(base: field.PathBase) {
  return {
    headers: v.optional(v.record(v.string(), secret(base), "must be a mapping of names and values"), {}),
    bearer: v.optional(secret(base)),
    basic: v.optional(field.closed({ username: field.text, password: secret(base) })),
    tls: v.optional(field.closed({ ca: v.optional(field.path(base)), insecure: v.optional(field.flag, false) })),
    connectTimeout: v.optional(longDuration, "5s"),
    firstByteTimeout: v.optional(longDuration, "30s"),
    timeout: v.optional(longDuration, "2m"),
    retries: v.optional(wholeNumber(0, 20), 4),
    firstWait: v.optional(longDuration, "500ms"),
    longestWait: v.optional(longDuration, "30s"),
    maxRedirects: v.optional(wholeNumber(0, 20), 5),
    maxBodyBytes: v.optional(wholeNumber(1, 1_073_741_824), 67_108_864),
  };
}

export type FetchFields = v.InferOutput<v.ObjectSchema<ReturnType<typeof fetchFields>, undefined>>;

export async function fetchSettings(
  given: FetchFields,
  deps: Pick<RemoteSourceDeps, "resolveSecret">,
): Promise<FetchSettings> {
  const headers: Record<string, Secret> = {};
  for (const [name, reference] of Object.entries(given.headers))
    headers[name.toLowerCase()] = await deps.resolveSecret(reference, `source.headers.${name}`);
  return {
    headers: { ...headers, ...(await authorization(given, deps)) },
    tls: {
      ca: given.tls?.ca === undefined ? null : await readAuthority(given.tls.ca),
      insecure: given.tls?.insecure ?? false,
    },
    connectTimeoutMs: given.connectTimeout,
    firstByteTimeoutMs: given.firstByteTimeout,
    timeoutMs: given.timeout,
    retries: given.retries,
    firstWaitMs: given.firstWait,
    longestWaitMs: given.longestWait,
    maxRedirects: given.maxRedirects,
    maxBodyBytes: given.maxBodyBytes,
  };
}

async function authorization(
  { bearer, basic }: FetchFields,
  deps: Pick<RemoteSourceDeps, "resolveSecret">,
): Promise<{ authorization?: Secret }> {
  if (bearer !== undefined) {
    const token = await deps.resolveSecret(bearer, "source.bearer");
    return { authorization: new Secret(`Bearer ${token.reveal()}`) };
  }
  if (basic === undefined) return {};
  const password = await deps.resolveSecret(basic.password, "source.basic.password");
  const login = Buffer.from(`${basic.username}:${password.reveal()}`).toString("base64");
  return { authorization: new Secret(`Basic ${login}`) };
}
