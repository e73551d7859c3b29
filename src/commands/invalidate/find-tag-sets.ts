import { findPlaces } from "../../apply/invalidate/find-tags.js";
import type { KeyRouter } from "../../apply/invalidate/key-router.js";
import { tagCommands } from "../../apply/invalidate/tag-commands.js";
import { CachectlError } from "../../model/errors.js";
import type { TagSet, TagSettings } from "../../model/invalidation.js";
import { keyText } from "../../model/key-name.js";
import { tagCandidates, tagSetOf } from "../../plan/plan-invalidation.js";

/** Where each tag is kept. */
export interface FoundTags {
  sets: { tag: TagSet; members: number }[];
  /** Counters, one character a byte. */
  counters: { tag: string; key: string }[];
  /** Tags that nothing was found of: no key carries them. */
  missing: string[];
  notes: string[];
}

/**
 * Finds where the tags are kept, in the scheme that was named, else in whichever is there. Read-only.
 *
 * @throws CachectlError usage where it is kept in several ways at once; unreached where nobody may look
 */
export async function findTagSets(
  router: KeyRouter,
  tags: readonly string[],
  settings: TagSettings,
): Promise<FoundTags> {
  const found: FoundTags = { sets: [], counters: [], missing: [], notes: [] };
  const detected = new Set<string>();
  for (const tag of tags) {
    const places = await findPlaces(router, tagCandidates(tag, settings));
    const [place, ...more] = places.found;
    if (more.length > 0) throw ambiguous(tag, [...new Set(places.found.map(({ scheme }) => scheme))]);
    if (place === undefined) {
      if (places.unknown !== null) throw notAllowed(tag, places.unknown);
      if (settings.scheme === "version") found.counters.push(...counterOf(tag, settings));
      else found.missing.push(tag);
      continue;
    }
    if (settings.scheme === null) detected.add(place.scheme);
    if (place.scheme === "version") {
      found.counters.push({ tag, key: place.name });
      continue;
    }
    const set = tagSetOf(tag, place, settings);
    const { reply } = await router.one(set.name, ...tagCommands(set).size);
    found.sets.push({ tag: set, members: typeof reply === "number" ? reply : 0 });
  }
  const [first] = found.sets;
  for (const scheme of detected)
    found.notes.push(
      `The tag scheme was not given and is ${scheme}, by what is there${first === undefined ? "" : ` (${keyText(first.tag.name)})`}; \`tags: { scheme: ${scheme} }\` in the profile says it.`,
    );
  return found;
}

/** A counter that is not there yet is made: a tag that was never invalidated has none. */
function counterOf(tag: string, settings: TagSettings): FoundTags["counters"] {
  return tagCandidates(tag, settings).map(({ name }) => ({ tag, key: name }));
}

function ambiguous(tag: string, schemes: readonly string[]): CachectlError {
  return new CachectlError(
    "usage",
    "tag-ambiguous",
    `the tag ${tag} is kept in several ways at once (${schemes.join(", ")}); nothing was changed`,
    "Name the application's with --scheme, or `tags: { scheme: … }` in the profile.",
  );
}

function notAllowed(tag: string, text: string): CachectlError {
  return new CachectlError(
    "unreached",
    "tag-not-visible",
    `where the tag ${tag} is kept could not be seen: ${text}; nothing was changed`,
    "Use a login that may ask TYPE of the tag sets, and change their keys.",
  );
}
