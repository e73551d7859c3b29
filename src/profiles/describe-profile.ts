import { formatEndpoint } from "../model/node.js";
import type { Section } from "../model/report.js";
import { formatDuration } from "../model/duration.js";
import type { FleetSpec, LoginSpec, ProfileSpec, TargetSpec, TlsSpec } from "./profile-spec.js";
import { describeSecretSource } from "./secret-source.js";

/** A profile or URL target as it will be used, defaults included. Tells where each secret comes from, and never the secret. */
export function describeProfile({ name, source, spec }: { name: string; source: string; spec: ProfileSpec }): Section {
  const fields = spec.kind === "fleet" ? fleetRows(spec) : targetRows(spec);
  const rows = [["kind", spec.kind] as const, ["source", source] as const, ...fields];
  return {
    kind: "table",
    id: `profile-${name}`,
    title: name,
    columns: [
      { key: "field", label: "field", unit: "text" },
      { key: "value", label: "value", unit: "text" },
    ],
    rows: rows.map(([field, value]) => ({ field, value })),
  };
}

type Row = readonly [field: string, value: string];

function fleetRows({ members, select }: FleetSpec): Row[] {
  return [
    ...(members.length === 0 ? [] : [["members", members.map(({ name }) => name).join(", ")] as const]),
    ...(select === null ? [] : [["select", pairs(select.labels)] as const]),
  ];
}

function targetRows(spec: TargetSpec): Row[] {
  const natMap = Object.entries(spec.natMap).map(([from, to]) => `${from} → ${formatEndpoint(to)}`);
  return [
    ["seeds", spec.seeds.map(formatEndpoint).join(", ")],
    ...(spec.kind === "sentinel" ? [["master", spec.masterName ?? "every monitored one"] as const] : []),
    ...loginRows("", spec.login),
    ...loginRows("sentinelAuth.", spec.sentinelLogin),
    ...(spec.kind === "memcached" && spec.login !== null ? [["auth", spec.memcachedLogin] as const] : []),
    ...tlsRows(spec.tls),
    ...(spec.kind === "sentinel" ? [["sentinelTls", yesNo(spec.sentinelTls)] as const] : []),
    ...(spec.kind === "standalone" || spec.kind === "sentinel" ? [["database", String(spec.database)] as const] : []),
    ...(natMap.length === 0 ? [] : [["natMap", natMap.join(", ")] as const]),
    ...(Object.keys(spec.zones).length === 0 ? [] : [["zones", pairs(spec.zones)] as const]),
    ["timeouts.connect", formatDuration(spec.timeouts.connectMs)],
    ["timeouts.command", formatDuration(spec.timeouts.commandMs)],
    ...(spec.kind === "memcached" ? [] : [["discover", yesNo(spec.discover)] as const]),
    ["role", spec.role ?? "not said"],
    ["labels", pairs(spec.labels) || "none"],
    ["protected", yesNo(spec.protected)],
    ...invalidationRows(spec),
    ...judgementRows(spec),
  ];
}

function loginRows(prefix: string, login: LoginSpec | null): Row[] {
  if (login === null) return prefix === "" ? [["username", "no login"]] : [];
  return [
    [`${prefix}username`, login.username ?? "default"],
    [`${prefix}password`, describeSecretSource(login.password)],
  ];
}

function tlsRows(tls: TlsSpec | null): Row[] {
  if (tls === null) return [["tls", "no"]];
  const { ca, cert, key, servername } = tls;
  const named = Object.entries({ ca, cert, key, servername });
  return [
    ["tls", tls.insecure ? "yes, but any certificate is accepted (insecure)" : "yes"],
    ...named.flatMap(([field, value]): Row[] => (value === null ? [] : [[`tls.${field}`, value]])),
    ...(tls.passphrase === null ? [] : [["tls.passphrase", describeSecretSource(tls.passphrase)] as const]),
  ];
}

/** Only what the profile says: the rest is looked for when it is needed. */
function invalidationRows({ tags, hashing, weights, auditFile }: TargetSpec): Row[] {
  const { scheme, prefix } = tags;
  const named = {
    "tags.scheme": scheme,
    "tags.prefix": prefix,
    hashing,
    weights: pairs(weights) || null,
    audit: auditFile,
  };
  return Object.entries(named).flatMap(([field, value]): Row[] => (value === null ? [] : [[field, value]]));
}

function judgementRows({ thresholds, ignore }: TargetSpec): Row[] {
  return [
    ...Object.entries(thresholds).map(([rule, values]): Row => [`thresholds.${rule}`, pairs(values)]),
    ...ignore.map(({ rule, reason, until }): Row => [
      `ignore ${rule}`,
      until === null ? reason : `${reason} (until ${until})`,
    ]),
  ];
}

function pairs(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
