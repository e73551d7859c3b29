import { didYouMean } from "../model/nearest.js";
import type { Profile } from "../model/profile.js";
import { openCatalog, type CatalogDeps, type ProfileCatalog } from "./catalog.js";
import { expandProfiles, hasLabels } from "./expand-selection.js";
import { findProfiles, misnamedWarnings } from "./find.js";
import { literalWarnings } from "./literal-warnings.js";
import { applyOverrides, type Overrides } from "./overrides.js";
import { invalidProfiles, ProfileError } from "./profile-error.js";
import type { NamedTarget } from "./profile-spec.js";
import { resolveProfiles } from "./resolve-profile.js";
import type { SecretDeps } from "./resolve-secrets.js";
import { isGlob, matchGlob, selectionWords, type SelectionWord } from "./selection-words.js";
import { uniquelyNamed } from "./uniquely-named.js";
import { targetFromUrl } from "./url-target.js";

/** What the command line asks for. */
export interface ProfileSelection {
  /** `-p`: names, globs, URLs and comma lists of them. */
  profiles: readonly string[];
  /** `-l`: narrows the profiles named; alone, chooses from all of the directory. Does not go with URLs. */
  labels: Readonly<Record<string, string>>;
  /** Plain arguments: like `profiles`. */
  targets: readonly string[];
  /** `--profiles-dir`. */
  profilesDirectory: string | null;
  overrides: Overrides;
}

export type ProfileDeps = CatalogDeps & Omit<SecretDeps, "readFile">;

/**
 * The selected profiles, ready to connect to; each once, under a name of its own. Fetches secrets and certificates of
 * these profiles only. Talks to no server.
 *
 * Nothing selected means: CACHECTL_PROFILE, else the profile `default`, else redis://127.0.0.1:6379 under the name `local`.
 *
 * @throws ProfileError (exit 2) with every problem of every selected file at once; see `ProfileErrorCode`.
 */
export async function loadProfiles(
  selection: ProfileSelection,
  deps: ProfileDeps,
): Promise<{ profiles: Profile[]; warnings: string[] }> {
  const { targets, warnings } = await selectTargets(selection, deps);
  return { profiles: await resolveProfiles(targets, deps), warnings };
}

/** Like {@link loadProfiles}, without fetching any secret: for `profiles show`. */
export async function selectTargets(
  selection: ProfileSelection,
  deps: CatalogDeps,
): Promise<{ targets: NamedTarget[]; warnings: string[] }> {
  const { words, from } = await wordsOf(selection, deps);
  const { username } = selection.overrides;
  const urls = words.filter(({ kind }) => kind === "url");
  const byLabel = Object.keys(selection.labels).length > 0;
  if (byLabel && urls.length > 0) throw labelsOnUrl();
  const files = urls.length < words.length || byLabel ? await fromFiles(words, selection, deps) : noFiles;
  const fromUrls = urls.map(({ text }) => targetFromUrl(text, { env: deps.env, from, username }));
  if (words === localServer) for (const target of fromUrls) target.name = "local";
  const targets = uniquelyNamed([...files.targets, ...fromUrls]);
  return { targets: targets.map((target) => applyOverrides(target, selection.overrides)), warnings: files.warnings };
}

const noFiles: { targets: NamedTarget[]; warnings: string[] } = { targets: [], warnings: [] };

const localServer: SelectionWord[] = [{ kind: "url", text: "redis://127.0.0.1:6379" }];

async function wordsOf(
  { profiles, targets, labels, profilesDirectory }: ProfileSelection,
  deps: CatalogDeps,
): Promise<{ words: SelectionWord[]; from: "command line" | "environment" }> {
  const lists = [...profiles, ...targets];
  const given = lists.flatMap(selectionWords);
  // `-p "$UNSET"` must not fall through to whatever the default is.
  if (given.length === 0 && lists.length > 0) throw emptySelection();
  if (given.length > 0 || Object.keys(labels).length > 0) return { words: given, from: "command line" };
  const exported = selectionWords(deps.env.CACHECTL_PROFILE ?? "");
  if (exported.length > 0) return { words: exported, from: "environment" };
  const { files } = await findProfiles(profilesDirectory, deps);
  const words: SelectionWord[] = files.has("default") ? [{ kind: "name", text: "default" }] : localServer;
  return { words, from: "command line" };
}

async function fromFiles(
  words: readonly SelectionWord[],
  { labels, profilesDirectory }: ProfileSelection,
  deps: CatalogDeps,
) {
  const catalog = await openCatalog(profilesDirectory, deps);
  const named = words.filter(({ kind }) => kind === "name").map(({ text }) => text);
  const names = named.length > 0 ? namesOf(named, catalog) : catalog.names;
  const { targets, problems } = await expandProfiles(names, catalog);
  if (problems.length > 0) throw invalidProfiles(problems);
  const selected = targets.filter(({ spec }) => hasLabels(spec.labels, labels));
  if (selected.length === 0) throw nothingSelected(catalog, labels);
  const warnings = [...misnamedWarnings(catalog.directory), ...(await literalWarnings(selected, catalog))];
  return { targets: selected, warnings };
}

/** Every name and glob as names of files. */
function namesOf(wanted: readonly string[], catalog: ProfileCatalog): string[] {
  const names = wanted.flatMap((word) => {
    if (!isGlob(word)) return catalog.file(word) === null ? [] : [word];
    return matchGlob(word, catalog.names);
  });
  const unknown = wanted.filter((word) => matchGlob(word, catalog.names).length === 0);
  if (unknown.length > 0) throw unknownProfiles(unknown, catalog);
  return names;
}

function unknownProfiles(unknown: readonly string[], { directory, names }: ProfileCatalog): ProfileError {
  const sentences = unknown.map((word) =>
    isGlob(word) ? `no profile matches \`${word}\`` : `there is no profile \`${word}\`${didYouMean(word, names)}`,
  );
  const known = names.length === 0 ? "It holds no profile" : `It holds: ${names.join(", ")}`;
  return new ProfileError(
    "profile-not-found",
    `${sentences.join("; ")}; looked in ${directory.shown}`,
    `${known}. A server without a profile is given as HOST:PORT or as a URL; \`cachectl profiles init NAME\` writes a profile.`,
  );
}

function nothingSelected({ directory }: ProfileCatalog, labels: Readonly<Record<string, string>>): ProfileError {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return new ProfileError(
    "nothing-selected",
    wanted.length === 0
      ? `the selection holds no target; looked in ${directory.shown}`
      : `none of these profiles has the label ${wanted.join(", ")}; looked in ${directory.shown}`,
    "See `cachectl profiles list` for the profiles there and their labels.",
  );
}

function emptySelection(): ProfileError {
  return new ProfileError(
    "nothing-selected",
    "the selection is empty text",
    "Check the variable that it comes from, or leave it out to use the default target.",
  );
}

function labelsOnUrl(): ProfileError {
  return new ProfileError(
    "nothing-selected",
    "a label selects profiles, and a URL has no labels",
    "Leave out -l, or write a profile with labels for that server.",
  );
}
