import { CachectlError } from "../model/errors.js";

/** Something wrong in a profile file. Lines and columns count from 1. */
export interface ProfileProblem {
  /** As it is shown: relative to the working directory where it lies below it. */
  file: string;
  line: number;
  column: number;
  /** A sentence without a full stop. Never holds a value from the file, which might be a secret. */
  message: string;
}

export type ProfileErrorCode =
  | "profile-not-found"
  | "profile-ambiguous"
  | "profile-invalid"
  | "profile-unreadable"
  | "profiles-directory-missing"
  | "url-invalid"
  | "url-password"
  | "nothing-selected"
  | "override-not-applicable"
  | "secret-unavailable"
  | "tls-file-unreadable";

/** A profile, URL or selection that cannot be used. Exit code 2. */
export class ProfileError extends CachectlError {
  /** For `profile-invalid`: every problem of every selected file. */
  readonly problems: readonly ProfileProblem[];

  constructor(code: ProfileErrorCode, message: string, hint: string, problems: readonly ProfileProblem[] = []) {
    super("profile", code, message, hint);
    this.name = "ProfileError";
    this.problems = problems;
  }
}

/** One error for all problems, a line each in the form that editors jump to: `file:line:column: sentence`. */
export function invalidProfiles(problems: readonly ProfileProblem[]): ProfileError {
  const files = new Set(problems.map(({ file }) => file)).size;
  const counted = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const where = files === 1 ? (problems[0]?.file ?? "the profile") : `${files} profiles`;
  const lines = problems.map(({ file, line, column, message }) => `  ${file}:${line}:${column}: ${message}`);
  return new ProfileError(
    "profile-invalid",
    `${counted} in ${where}:\n${lines.join("\n")}`,
    "Mend the lines above; docs/profiles.md lists every field.",
    problems,
  );
}

/** Node's error code, such as ENOENT: enough to act on, without a message that might quote arguments. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "no reason given";
}
