import type { Endpoint, TargetKind } from "../model/node.js";
import type { ProfileFields } from "./profile-schema.js";
import {
  defaultPorts,
  defaultTimeouts,
  plainTls,
  targetSpec,
  type FleetSpec,
  type LoginSpec,
  type ProfileKind,
  type ProfileSpec,
  type TargetSpec,
  type TlsSpec,
} from "./profile-spec.js";
import type { Locate } from "./yaml-document.js";

/** Fields without any problem as a profile, with what was left out filled in. */
export function specFromFields(fields: ProfileFields & { kind: ProfileKind }, locate: Locate): ProfileSpec {
  const { kind } = fields;
  return kind === "fleet" ? fleetFrom(fields, locate) : targetFrom(fields, kind);
}

function fleetFrom({ members = [], select }: ProfileFields, locate: Locate): FleetSpec {
  return {
    kind: "fleet",
    members: members.map((name, index) => ({ name, ...locate(["members", index], "value") })),
    select: select === undefined ? null : { labels: select, ...locate(["select"], "key") },
  };
}

function targetFrom(fields: ProfileFields, kind: TargetKind): TargetSpec {
  const { url, timeouts = {} } = fields;
  const tls = tlsFrom(fields);
  return targetSpec({
    kind,
    seeds: seedsFrom(fields, kind),
    masterName: fields.master ?? url?.masterName ?? null,
    login: loginFrom(fields),
    sentinelLogin: fields.sentinelAuth === undefined ? null : loginFrom(fields.sentinelAuth),
    memcachedLogin: fields.auth ?? "sasl",
    tls,
    // Sentinels share the configuration of the servers as a rule; where they do not, the profile says false.
    sentinelTls: kind === "sentinel" && (fields.sentinelTls ?? tls !== null),
    database: fields.database ?? url?.database ?? 0,
    natMap: fields.natMap ?? {},
    timeouts: {
      connectMs: timeouts.connect ?? defaultTimeouts.connectMs,
      commandMs: timeouts.command ?? defaultTimeouts.commandMs,
    },
    discover: fields.discover ?? true,
    role: fields.role ?? null,
    labels: fields.labels ?? {},
    protected: fields.protected ?? false,
    thresholds: fields.thresholds ?? {},
    ignore: (fields.ignore ?? []).map(({ rule, reason, until }) => ({ rule, reason, until: until ?? null })),
    zones: fields.zones ?? {},
    tags: { scheme: fields.tags?.scheme ?? null, prefix: fields.tags?.prefix ?? null },
    hashing: fields.hashing ?? null,
    weights: fields.weights ?? {},
    auditFile: fields.audit ?? null,
  });
}

function seedsFrom(
  { url, host, port, socket, nodes, sentinels, servers }: ProfileFields,
  kind: TargetKind,
): Endpoint[] {
  if (url !== undefined) return url.seeds;
  if (socket !== undefined) return [{ path: socket }];
  if (host !== undefined) return [{ host, port: port ?? defaultPorts[kind] }];
  return nodes ?? sentinels ?? servers ?? [];
}

function loginFrom({
  username,
  password,
  url,
}: Pick<ProfileFields, "username" | "password" | "url">): LoginSpec | null {
  const inUrl = url?.password ?? null;
  const user = username ?? url?.username ?? null;
  const source = password ?? (inUrl === null ? null : ({ kind: "literal", secret: inUrl } as const));
  // A user name without a password has been refused before.
  return source === null ? null : { username: user, password: source };
}

function tlsFrom({ tls, url }: ProfileFields): TlsSpec | null {
  if (tls === undefined || typeof tls === "boolean") return tls === true || url?.tls === true ? plainTls : null;
  return {
    ca: tls.ca ?? null,
    cert: tls.cert ?? null,
    key: tls.key ?? null,
    passphrase: tls.passphrase ?? null,
    servername: tls.servername ?? null,
    insecure: tls.insecure ?? false,
  };
}
