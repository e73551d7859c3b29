import type { InvalidationAction, TagScheme, TagSet, TagSettings } from "../model/invalidation.js";
import { bytesOfText } from "../model/key-name.js";
import type { TargetKind } from "../model/node.js";
import type { PlanRefusal } from "../model/slot-plan.js";
import { refuse } from "./refuse.js";

/** What is to be invalidated, as the command line says it. */
export type Selector =
  | { kind: "tags"; tags: readonly string[]; match: "any" | "all" }
  | { kind: "keys"; keys: readonly string[] }
  /** Names from a file, or `-` for standard input. */
  | { kind: "keys-from"; path: string }
  | { kind: "pattern"; pattern: string }
  | { kind: "prefix"; prefix: string }
  | { kind: "version-key"; keys: readonly string[] };

export interface InvalidationRequest {
  selector: Selector;
  action: InvalidationAction;
  olderThanSeconds: number | null;
  scope: string | null;
  yes: boolean;
}

/** Whether this can be asked of such a target at all; null: it can. Pure. */
export function refuseInvalidation(
  { selector, action, olderThanSeconds, scope, yes }: InvalidationRequest,
  kind: TargetKind,
): PlanRefusal | null {
  if (isEverything(selector) && !yes)
    return refuse(
      "everything-selected",
      `${selector.kind === "prefix" ? "An empty prefix" : "This pattern"} selects every key.`,
      "Name a narrower one, or add --yes where every key is meant.",
    );
  if (action.kind === "prune" && selector.kind !== "tags")
    return refuse("prune-without-tag", "--prune clears tag sets, and no tag is named.", "Name the tags with --tag.");
  if (selector.kind === "version-key" && (action.kind !== "delete" || olderThanSeconds !== null || scope !== null))
    return refuse(
      "version-key-alone",
      "A version key is counted up, and nothing is done to the keys themselves.",
      "Leave out --stale, --prune, --older-than and --scope.",
    );
  if (kind !== "memcached") return null;
  if (scope !== null)
    return refuse("scope-on-memcached", "Memcached knows no hash tags.", "Leave out --scope, or use --pattern.");
  if (selector.kind === "tags" && (action.kind !== "delete" || olderThanSeconds !== null))
    return refuse(
      "tags-are-versions",
      "On Memcached a tag is a version that is counted up: the keys themselves are not known.",
      "Leave out --stale, --prune and --older-than, or name the keys with --key or --pattern.",
    );
  if (selector.kind === "tags" && selector.match === "all" && selector.tags.length > 1)
    return refuse(
      "all-of-versions",
      "On Memcached a tag is a version that is counted up, which invalidates every key that carries it.",
      "Name one tag, or leave out --all.",
    );
  if (olderThanSeconds !== null && selector.kind !== "pattern" && selector.kind !== "prefix")
    return refuse(
      "age-not-listed",
      "Memcached tells the last use of an item only where it lists its items.",
      "Use --older-than with --pattern or --prefix.",
    );
  return null;
}

/** Whether a pass over the keys is needed to find them. */
export function isScanned({ kind }: Selector): boolean {
  return kind === "pattern" || kind === "prefix";
}

/** SCAN's pattern for a selector that needs one, one character a byte. */
export function scanPattern(selector: Extract<Selector, { kind: "pattern" | "prefix" }>): string {
  return bytesOfText(patternText(selector));
}

/** The same as a person writes it. */
export function patternText(selector: Extract<Selector, { kind: "pattern" | "prefix" }>): string {
  if (selector.kind === "pattern") return selector.pattern;
  return `${selector.prefix.replace(/[\\*?[\]]/g, String.raw`\$&`)}*`;
}

function isEverything(selector: Selector): boolean {
  if (selector.kind === "pattern") return /^\*+$/.test(selector.pattern) || selector.pattern === "";
  return selector.kind === "prefix" && selector.prefix === "";
}

/** The default of this program for plain sets, sorted sets and version counters. */
const plainPrefix = "tag:";

/** A place where a tag may be kept, and what must be there for it to be so. */
export interface TagCandidate {
  scheme: TagScheme;
  /** One character a byte. */
  name: string;
  /** As TYPE says. */
  type: "set" | "zset" | "string";
}

/**
 * Where a tag may be kept. The formats: Laravel's RedisTagSet (`tag:NAME:entries` behind the cache's prefix) and Symfony's
 * RedisTagAwareAdapter (`\x01tags\x01NAME` behind the namespace; `\x00tags\x00` in older versions).
 */
export function tagCandidates(tag: string, { scheme, prefix }: TagSettings): TagCandidate[] {
  const name = bytesOfText(tag);
  const plain = bytesOfText(prefix ?? plainPrefix) + name;
  const before = bytesOfText(prefix ?? "");
  const all: TagCandidate[] = [
    { scheme: "set", name: plain, type: "set" },
    { scheme: "zset", name: plain, type: "zset" },
    { scheme: "version", name: plain, type: "string" },
    { scheme: "laravel", name: `${before}tag:${name}:entries`, type: "zset" },
    { scheme: "symfony", name: `${before}\x01tags\x01${name}`, type: "set" },
    { scheme: "symfony", name: `${before}\x00tags\x00${name}`, type: "set" },
  ];
  return scheme === null ? all : all.filter((candidate) => candidate.scheme === scheme);
}

/** @param candidate whose scheme is not `version` */
export function tagSetOf(tag: string, candidate: TagCandidate, { prefix }: TagSettings): TagSet {
  const { scheme, name, type } = candidate;
  if (scheme === "version" || type === "string") throw new TypeError("a version counter has no members");
  return {
    ...{ tag, name, kind: type, scheme },
    // Laravel keeps its entries without the cache's prefix; everybody else keeps whole names.
    memberPrefix: scheme === "laravel" ? bytesOfText(prefix ?? "") : "",
    nestedPrefix: scheme === "set" || scheme === "zset" ? bytesOfText(prefix ?? plainPrefix) : null,
  };
}
