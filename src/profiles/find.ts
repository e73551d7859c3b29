import { readdir, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { errorCode, ProfileError } from "./profile-error.js";

export interface FindDeps {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
}

/** Where profiles are looked for, and the files there by profile name, sorted. */
export interface ProfileDirectory {
  path: string;
  /** As messages name it. */
  shown: string;
  files: ReadonlyMap<string, ProfileFile>;
  /** YAML files whose name cannot be a profile's: worth a word, because their owner expects to find them. */
  misnamed: string[];
}

export interface ProfileFile {
  name: string;
  path: string;
  shown: string;
}

/**
 * The profile directory: the one asked for, else `./profiles` when it holds any profile, else
 * `$XDG_CONFIG_HOME/cachectl/profiles` (`~/.config/cachectl/profiles`), which need not exist.
 *
 * @throws ProfileError `profiles-directory-missing` when the one asked for is not there, `profile-unreadable` when a
 * directory may not be read, `profile-ambiguous` when x.yaml and x.yml are both there.
 */
export async function findProfiles(explicit: string | null, deps: FindDeps): Promise<ProfileDirectory> {
  if (explicit !== null) {
    const asked = await readDirectory(resolve(deps.cwd, explicit), deps.cwd);
    if (asked !== null) return asked;
    throw new ProfileError(
      "profiles-directory-missing",
      `there is no directory ${explicit}`,
      "Give --profiles-dir an existing directory, or leave it out.",
    );
  }
  // An empty ./profiles must not hide the user's own: many projects have a directory of that name.
  const local = await readDirectory(join(deps.cwd, "profiles"), deps.cwd);
  if (local !== null && local.files.size > 0) return local;
  const own = userProfileDirectory(deps);
  return (
    (await readDirectory(own, deps.cwd)) ?? {
      path: own,
      shown: shownPath(own, deps.cwd),
      files: new Map(),
      misnamed: [],
    }
  );
}

/** Where `profiles init` writes when there is no `./profiles`. An XDG path that is not absolute is ignored, as its specification says. */
export function userProfileDirectory({ env, home }: Pick<FindDeps, "env" | "home">): string {
  const configured = env.XDG_CONFIG_HOME;
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(home, ".config");
  return join(base, "cachectl", "profiles");
}

/** Letters, digits, dot, hyphen and underscore: a profile's name never looks like a URL, a host:port, a glob or a list. */
export function isProfileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
}

export function misnamedWarnings({ misnamed }: ProfileDirectory): string[] {
  return misnamed.map(
    (file) => `${file} is not used: the name of a profile has letters, digits, dots, hyphens and underscores only.`,
  );
}

/** Whether others than the owner may read the file. */
export async function readableByOthers(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o044) !== 0;
}

/** null: there is no such directory. */
async function readDirectory(path: string, cwd: string): Promise<ProfileDirectory | null> {
  const shown = shownPath(path, cwd);
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error))) return null;
    throw new ProfileError(
      "profile-unreadable",
      `the profile directory ${shown} cannot be read (${errorCode(error)})`,
      "Allow this user to read it, or name another one with --profiles-dir.",
    );
  }
  const files = new Map<string, ProfileFile>();
  const misnamed: string[] = [];
  for (const entry of entries.sort()) {
    const name = /^(.+)\.ya?ml$/.exec(entry)?.[1];
    if (name === undefined) continue;
    if (!isProfileName(name)) {
      misnamed.push(shownPath(join(path, entry), cwd));
      continue;
    }
    if (files.has(name)) throw twice(name, shown);
    files.set(name, { name, path: join(path, entry), shown: shownPath(join(path, entry), cwd) });
  }
  return { path, shown, files, misnamed };
}

function twice(name: string, directory: string): ProfileError {
  return new ProfileError(
    "profile-ambiguous",
    `${directory} holds both ${name}.yaml and ${name}.yml`,
    "Remove or rename one of them: the file's name is the profile's name.",
  );
}

function shownPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === "" || below.startsWith("..") || isAbsolute(below) ? path : below;
}
