import * as v from "valibot";
import { memcachedHashings, tagSchemes } from "../model/invalidation.js";
import { formatEndpoint } from "../model/node.js";
import { parseEndpoint } from "./parse-endpoint.js";
import { parseUrl, type ParsedUrl } from "./parse-url.js";
import { defaultPorts, profileKinds, type ProfileKind } from "./profile-spec.js";
import * as field from "./field-schemas.js";
import { secret as secretSchema } from "./secret-schema.js";

const common = ["kind", "role", "labels", "protected", "thresholds", "ignore", "timeouts", "tls", "tags", "audit"];
const login = ["url", "username", "password"];

/** Which fields each kind has: everything else in a file is a problem. */
export const fieldsOfKind: Readonly<Record<ProfileKind, readonly string[]>> = {
  standalone: [...common, ...login, "host", "port", "socket", "nodes", "database", "natMap", "discover"],
  sentinel: [
    ...[...common, ...login, "sentinels", "master", "sentinelAuth", "sentinelTls"],
    ...["database", "natMap", "zones", "discover"],
  ],
  cluster: [...common, ...login, "host", "port", "nodes", "natMap", "zones", "discover"],
  memcached: [...common, ...login, "host", "port", "socket", "servers", "auth", "hashing", "weights"],
  fleet: ["kind", "members", "select"],
};

export const allFields: readonly string[] = [...new Set(Object.values(fieldsOfKind).flat())];

export type ProfileFields = v.InferOutput<ReturnType<typeof profileFields>>;

/** The shape of every field, whichever kind it belongs to; which may stand together is `check-fields`. */
export function profileFields(base: field.PathBase) {
  const secret = secretSchema(base);
  const path = field.path(base);
  return v.looseObject({
    kind: v.optional(field.oneOf(profileKinds)),
    url: v.optional(url),
    host: v.optional(field.host),
    port: v.optional(field.port),
    socket: v.optional(path),
    nodes: v.optional(field.endpoints(defaultPorts.standalone)),
    sentinels: v.optional(field.endpoints(defaultPorts.sentinel)),
    servers: v.optional(field.endpoints(defaultPorts.memcached)),
    master: v.optional(field.text),
    username: v.optional(field.text),
    password: v.optional(secret),
    sentinelAuth: v.optional(field.closed({ username: v.optional(field.text), password: v.optional(secret) })),
    auth: v.optional(field.oneOf(["sasl", "ascii"])),
    tls: v.optional(tls(path, secret)),
    sentinelTls: v.optional(field.flag),
    database: v.optional(field.database),
    natMap: v.optional(natMap),
    zones: v.optional(v.pipe(field.mapping(), v.record(zoneHost, field.text))),
    timeouts: v.optional(field.closed({ connect: v.optional(field.duration), command: v.optional(field.duration) })),
    labels: v.optional(field.labels),
    protected: v.optional(field.flag),
    role: v.optional(field.oneOf(["cache", "store", "queue", "session"])),
    discover: v.optional(field.flag),
    tags: v.optional(field.closed({ scheme: v.optional(field.oneOf(tagSchemes)), prefix: v.optional(tagPrefix) })),
    hashing: v.optional(field.oneOf(memcachedHashings)),
    weights: v.optional(weights),
    audit: v.optional(path),
    thresholds: v.optional(thresholds),
    ignore: v.optional(v.array(ignoredRule, "must be a list of { rule, reason, until }")),
    members: v.optional(
      v.pipe(v.array(field.text, "must be a list of profile names"), v.nonEmpty("must name at least one profile")),
    ),
    select: v.optional(
      v.pipe(
        field.labels,
        v.check((wanted) => Object.keys(wanted).length > 0, "must name at least one label"),
      ),
    ),
  });
}

const url = v.pipe(
  v.string("must be a URL as text"),
  v.rawTransform<string, ParsedUrl>(({ dataset, addIssue, NEVER }) => {
    const parsed = parseUrl(dataset.value);
    if (parsed.ok) return parsed.url;
    addIssue({ message: `cannot be used: ${parsed.reason}` });
    return NEVER;
  }),
);

function tls(path: ReturnType<typeof field.path>, secret: ReturnType<typeof secretSchema>) {
  const settings = field.closed({
    ca: v.optional(path),
    cert: v.optional(path),
    key: v.optional(path),
    passphrase: v.optional(secret),
    servername: v.optional(field.text),
    insecure: v.optional(field.flag),
  });
  const onOff = v.boolean("must be true, false or a mapping with ca, cert, key, passphrase, servername, insecure");
  return v.lazy((input) => (field.isMapping(input) ? settings : onOff));
}

const zoneHost = v.pipe(
  v.string(),
  v.check((value) => v.is(field.host, value), "must be a host name or an IP address, without a port"),
);

// Empty is a prefix too: tag sets may be called as the tags.
const tagPrefix = v.string('must be text (put it in quotes: "…")');

const weightedServer = v.pipe(
  v.string(),
  v.check((value) => parseEndpoint(value, defaultPorts.memcached).ok, "must be host:port as in `servers`"),
);

const weights = v.pipe(
  field.mapping(),
  v.record(
    weightedServer,
    v.pipe(
      v.number("must be a whole number from 1 on"),
      v.check((value) => Number.isSafeInteger(value) && value >= 1, "must be a whole number from 1 on"),
    ),
  ),
  v.transform((map) =>
    Object.fromEntries(
      Object.entries(map).map(([server, weight]) => [spelledOut(server, defaultPorts.memcached), weight]),
    ),
  ),
);

const announced = v.pipe(
  v.string(),
  v.check((value) => parseEndpoint(value, null).ok, "must be host:port as the node announces it"),
);

const natMap = v.pipe(
  field.mapping(),
  v.record(announced, field.endpoint(null)),
  // In the one spelling that connections look up.
  v.transform((map) => Object.fromEntries(Object.entries(map).map(([from, to]) => [spelledOut(from, null), to]))),
);

function spelledOut(text: string, defaultPort: number | null): string {
  const endpoint = parseEndpoint(text, defaultPort);
  return endpoint.ok ? formatEndpoint(endpoint) : text;
}

const thresholds = v.pipe(
  field.mapping(),
  v.record(
    v.string(),
    v.pipe(
      field.mapping(),
      v.record(v.string(), v.pipe(v.number("must be a number"), v.finite("must be a finite number"))),
    ),
  ),
);

const ignoredRule = field.closed({ rule: field.text, reason: field.text, until: v.optional(field.calendarDate) });

/** Type guard for a url that could be read: an unreadable one is still the file's text. */
export function isParsedUrl(value: unknown): value is ParsedUrl {
  return field.isMapping(value) && Array.isArray(value.seeds);
}
