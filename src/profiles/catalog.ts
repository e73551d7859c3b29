import { readFile } from "node:fs/promises";
import { findProfiles, type FindDeps, type ProfileDirectory, type ProfileFile } from "./find.js";
import type { KnownRules } from "./check-fields.js";
import type { ParsedProfile } from "./parse-profile.js";
import { errorCode } from "./profile-error.js";

export interface CatalogDeps extends FindDeps {
  knownRules: KnownRules;
}

/** The profiles of one directory; each file is read when it is first asked for, and once. */
export class ProfileCatalog {
  private readonly read = new Map<string, Promise<ParsedProfile>>();

  constructor(
    readonly directory: ProfileDirectory,
    private readonly deps: CatalogDeps,
  ) {}

  get names(): string[] {
    return [...this.directory.files.keys()];
  }

  file(name: string): ProfileFile | null {
    return this.directory.files.get(name) ?? null;
  }

  /** The validated profile or all of its problems. A file that cannot be read is a problem at its first line. */
  profile(file: ProfileFile): Promise<ParsedProfile> {
    const reading = this.read.get(file.name) ?? readProfile(file, this.deps);
    this.read.set(file.name, reading);
    return reading;
  }
}

/** @throws ProfileError like {@link findProfiles}. Reads no profile yet. */
export async function openCatalog(profilesDirectory: string | null, deps: CatalogDeps): Promise<ProfileCatalog> {
  return new ProfileCatalog(await findProfiles(profilesDirectory, deps), deps);
}

async function readProfile(file: ProfileFile, { home, knownRules }: CatalogDeps): Promise<ParsedProfile> {
  let text: string;
  try {
    text = await readFile(file.path, "utf8");
  } catch (error) {
    const message = `the file cannot be read (${errorCode(error)}); allow this user to read it`;
    return { ok: false, problems: [{ file: file.shown, line: 1, column: 1, message }] };
  }
  // Imported only now: a run on URLs alone needs neither the yaml nor the schema library.
  const { parseProfile } = await import("./parse-profile.js");
  return parseProfile(text, { path: file.path, shown: file.shown, home, knownRules });
}
