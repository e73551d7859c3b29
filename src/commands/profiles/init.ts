import { mkdirSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CachectlError } from "../../model/errors.js";
import { makeDirectory } from "../../model/make-directory.js";
import type { Report } from "../../model/report.js";
import { findProfiles, isProfileName } from "../../profiles/find.js";
import type { ProfileKind } from "../../profiles/profile-spec.js";
import { profileTemplate } from "../../profiles/templates.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";

export interface InitOptions {
  name: string;
  kind: ProfileKind;
  profilesDirectory: string | null;
}

/** `cachectl profiles init`: writes a commented starter profile. Never overwrites one. */
export async function initProfile(context: Context, { name, kind, profilesDirectory }: InitOptions): Promise<Report> {
  const frame = beginRun(context);
  if (!isProfileName(name)) throw badName(name);
  const directory = profilesDirectory ?? (await findProfiles(null, context.profileDeps)).path;
  const path = join(directory, `${name}.yaml`);
  try {
    makeDirectory(directory, 0o700, { mkdirSync, statSync, dirname });
    // Only the owner may read it: a password may be written into it some day.
    await writeFile(path, profileTemplate(kind, name), { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw notWritten(path, error as NodeJS.ErrnoException);
  }
  return verbReport({
    operation: "profiles-init",
    ...frame(),
    status: "success",
    summary: `Wrote ${path}.`,
    notes: [`Edit it, then try it with \`cachectl profiles check ${name}\`.`],
  });
}

function badName(name: string): CachectlError {
  return new CachectlError(
    "usage",
    "bad-profile-name",
    `\`${name}\` cannot be the name of a profile`,
    "Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.",
  );
}

function notWritten(path: string, error: NodeJS.ErrnoException): CachectlError {
  if (error.code === "EEXIST")
    return new CachectlError(
      "usage",
      "profile-exists",
      `${path} exists already`,
      "Choose another name, or edit that file.",
    );
  return new CachectlError(
    "usage",
    "profile-not-written",
    `${path} cannot be written: ${error.message}`,
    "Give --profiles-dir a directory that you may write to.",
    error,
  );
}
