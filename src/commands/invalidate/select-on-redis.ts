import { estimateNames } from "../../apply/invalidate/estimate-names.js";
import type { KeyRouter, Words } from "../../apply/invalidate/key-router.js";
import { CachectlError } from "../../model/errors.js";
import { hashSlot } from "../../model/hash-slot.js";
import { bytesOfText } from "../../model/key-name.js";
import { scanPattern, type Selector } from "../../plan/plan-invalidation.js";
import type { SelectedRow } from "../../report/invalidation-report.js";
import type { InvalidateJob } from "../invalidate.js";
import { findTagSets, type FoundTags } from "./find-tag-sets.js";
import type { OpenOwners } from "./open-owners.js";
import { countNames } from "./read-names.js";
import { serverNotes } from "./server-limits.js";

/** What is selected, before anything is done to it. */
export interface Selected {
  tags: FoundTags;
  rows: readonly SelectedRow[];
  /** A few of the keys, one character a byte. */
  sample: readonly string[];
  notes: readonly string[];
}

const noTags: FoundTags = { sets: [], counters: [], missing: [], notes: [] };

/** Members of a tag set that a plan looks at, and as many of them as it shows. */
const looked = 100;
const shown = 10;

/** Finds what is selected, and how much that is. Read-only. @throws CachectlError where it cannot be told what is meant */
export async function selectOnRedis(job: InvalidateJob, opened: OpenOwners, router: KeyRouter): Promise<Selected> {
  const { selector, scope } = job.options;
  switch (selector.kind) {
    case "tags":
      return selectTags(job, selector, opened, router);
    case "pattern":
    case "prefix": {
      const slot = scope === null ? null : hashSlot(`{${bytesOfText(scope)}}`);
      const { keys, exact, names } = await estimateNames(router, scanPattern(selector), slot);
      const selected = selector.kind === "pattern" ? selector.pattern : `${selector.prefix}…`;
      return selection([{ selected, scheme: null, keptIn: null, keys, about: !exact }], names);
    }
    case "version-key":
      return selection(
        selector.keys.map((key) => versionRow(key, bytesOfText(key))),
        [],
      );
    case "keys":
      return selectKeys(selector.keys.map(bytesOfText), router);
    case "keys-from": {
      const named = await countNames(selector.path, job.context);
      const selected = `keys from ${selector.path}`;
      const row = { selected, scheme: null, keptIn: null, keys: named?.count ?? null, about: named !== null };
      return selection([row], named?.sample ?? []);
    }
  }
}

function selection(rows: readonly SelectedRow[], sample: readonly string[]): Selected {
  return { tags: noTags, rows, sample, notes: [] };
}

async function selectKeys(keys: readonly string[], router: KeyRouter): Promise<Selected> {
  const there = await living(keys, router);
  const row = { selected: `${keys.length} named`, scheme: null, keptIn: null, keys: there.length, about: false };
  return selection([row], there.slice(0, shown));
}

async function selectTags(
  { options }: InvalidateJob,
  selector: Extract<Selector, { kind: "tags" }>,
  { observed }: OpenOwners,
  router: KeyRouter,
): Promise<Selected> {
  const tags = await findTagSets(router, selector.tags, options.tags);
  if (selector.match === "all" && tags.counters.length > 0 && selector.tags.length > 1) throw allOfVersions();
  const isSymfony = options.tags.scheme === "symfony" || tags.sets.some(({ tag }) => tag.scheme === "symfony");
  const missing = tags.missing.map(
    (tag) => `Nothing was found of the tag ${tag}: no key carries it, or it is kept in another way.`,
  );
  const { sample, note } = await sampleOf(tags, router);
  return {
    ...{ tags, sample, rows: tagRows(tags) },
    notes: [...tags.notes, ...serverNotes(isSymfony, observed), ...missing, ...note],
  };
}

async function sampleOf(
  { sets: [first] }: FoundTags,
  router: KeyRouter,
): Promise<{ sample: string[]; note: string[] }> {
  if (first === undefined) return { sample: [], note: [] };
  const { tag } = first;
  const words: Words =
    tag.kind === "set" ? ["SRANDMEMBER", tag.name, String(looked)] : ["ZRANGE", tag.name, "0", String(looked - 1)];
  const { reply } = await router.one(tag.name, ...words);
  const keys = (Array.isArray(reply) ? reply : []).flatMap((name) =>
    typeof name === "string" ? [tag.memberPrefix + name] : [],
  );
  if (keys.length === 0) return { sample: [], note: [] };
  const there = await living(keys, router);
  const note = `Of ${keys.length} members of ${tag.tag} that were looked at, ${there.length} have a key.`;
  return { sample: keys.slice(0, shown), note: [note] };
}

async function living(keys: readonly string[], router: KeyRouter): Promise<string[]> {
  const replies = await router.run(keys.map((key) => [key, ["EXISTS", key]] as const));
  return keys.filter((_, index) => replies[index] === 1);
}

function tagRows({ sets, counters }: FoundTags): SelectedRow[] {
  return [
    ...sets.map(({ tag, members }) => ({
      ...{ selected: tag.tag, scheme: tag.scheme, keptIn: tag.name, keys: members, about: false },
    })),
    ...counters.map(({ tag, key }) => versionRow(tag, key)),
  ];
}

function versionRow(selected: string, keptIn: string): SelectedRow {
  return { selected, scheme: "version", keptIn, keys: null, about: false };
}

function allOfVersions(): CachectlError {
  return new CachectlError(
    "usage",
    "all-of-versions",
    "a tag that is a version invalidates every key that carries it, and not only those with the other tags too",
    "Name one tag, or leave out --all.",
  );
}
