import { didYouMean } from "../model/nearest.js";
import { isMapping } from "./field-schemas.js";
import { allFields, fieldsOfKind, isParsedUrl } from "./profile-schema.js";
import { profileKinds, type ProfileKind } from "./profile-spec.js";
import { checkConnection } from "./check-connection.js";

/** Rule id → names of its thresholds. */
export type KnownRules = ReadonlyMap<string, readonly string[]>;

/** Something wrong, and where: `path` leads through the mappings and lists of the file. */
export interface Complaint {
  path: readonly (string | number)[];
  /** Whether it is about the field's name or about its value. */
  at: "key" | "value";
  message: string;
}

/**
 * What a field's own shape cannot tell: which fields go together, and which rules exist. Runs also on values that failed
 * their shape, so that all problems are listed in one go; it therefore trusts nothing but the presence of a field.
 */
export function checkFields(fields: Readonly<Record<string, unknown>>, knownRules: KnownRules): Complaint[] {
  const kind = kindOf(fields);
  return [
    ...(kind === null && fields.kind === undefined ? [missingKind] : []),
    ...misplaced(fields, kind),
    ...(kind === "fleet" ? checkFleet(fields) : kind === null ? [] : checkConnection(fields, kind)),
    ...checkThresholds(fields.thresholds, knownRules),
    ...checkIgnored(fields.ignore, knownRules),
  ];
}

/** The kind that the file names, else the one its URL implies; null when neither can be read. */
export function kindOf({ kind, url }: Readonly<Record<string, unknown>>): ProfileKind | null {
  if (kind !== undefined) return profileKinds.find((known) => known === kind) ?? null;
  return isParsedUrl(url) ? url.kind : null;
}

const missingKind: Complaint = {
  path: [],
  at: "value",
  message: `\`kind\` is missing: ${profileKinds.slice(0, -1).join(", ")} or ${profileKinds.at(-1)} (a \`url\` alone says it too)`,
};

function misplaced(fields: Readonly<Record<string, unknown>>, kind: ProfileKind | null): Complaint[] {
  const allowed = kind === null ? allFields : fieldsOfKind[kind];
  return Object.keys(fields)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({ path: [key], at: "key", message: misplacedMessage(key, kind, allowed) }));
}

function misplacedMessage(key: string, kind: ProfileKind | null, allowed: readonly string[]): string {
  const owners = profileKinds.filter((other) => fieldsOfKind[other].includes(key));
  return kind === null || owners.length === 0
    ? `unknown field \`${key}\`${didYouMean(key, allowed)}`
    : `\`${key}\` does not belong to a ${kind} profile (it belongs to ${owners.join(", ")})`;
}

function checkFleet({ members, select }: Readonly<Record<string, unknown>>): Complaint[] {
  if (members !== undefined || select !== undefined) return [];
  return [{ path: [], at: "value", message: "a fleet needs `members` (profile names) or `select` (labels)" }];
}

function checkThresholds(thresholds: unknown, knownRules: KnownRules): Complaint[] {
  if (!isMapping(thresholds)) return [];
  return Object.entries(thresholds).flatMap(([rule, values]): Complaint[] => {
    const names = knownRules.get(rule);
    if (names === undefined) return [{ path: ["thresholds", rule], at: "key", message: unknownRule(rule, knownRules) }];
    return Object.keys(isMapping(values) ? values : {})
      .filter((name) => !names.includes(name))
      .map((name) => ({ path: ["thresholds", rule, name], at: "key", message: unknownThreshold(rule, name, names) }));
  });
}

function checkIgnored(ignore: unknown, knownRules: KnownRules): Complaint[] {
  if (!Array.isArray(ignore)) return [];
  return ignore.flatMap((entry: unknown, index): Complaint[] => {
    const rule = isMapping(entry) ? entry.rule : undefined;
    if (typeof rule !== "string" || rule === "" || knownRules.has(rule)) return [];
    return [{ path: ["ignore", index, "rule"], at: "value", message: unknownRule(rule, knownRules) }];
  });
}

function unknownRule(rule: string, knownRules: KnownRules): string {
  return `unknown rule \`${rule}\`${didYouMean(rule, knownRules.keys())}`;
}

function unknownThreshold(rule: string, name: string, names: readonly string[]): string {
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  return `rule ${rule} has no threshold \`${name}\`${didYouMean(name, names) || ` (${known})`}`;
}
