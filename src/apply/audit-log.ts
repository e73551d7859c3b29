import { mkdirSync, statSync } from "node:fs";
import { appendFile, open } from "node:fs/promises";
import { dirname } from "node:path";
import { CachectlError } from "../model/errors.js";
import { makeDirectory } from "../model/make-directory.js";

/**
 * Finds out, before anything is changed, whether a line can be left in the file; creates it where it is not there, readable by its
 * owner only. @throws CachectlError usage when it cannot
 */
export async function checkAuditFile(path: string): Promise<void> {
  try {
    makeDirectory(dirname(path), 0o700, { mkdirSync, statSync, dirname });
    await (await open(path, "a", 0o600)).close();
  } catch (error) {
    throw unwritable("usage", path, error, "nothing was changed");
  }
}

/** Adds one JSON line. @throws CachectlError change when it cannot be written */
export async function writeAuditLine(path: string, entry: object): Promise<void> {
  try {
    // One write of a short line is not torn apart by another process that appends too.
    await appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  } catch (error) {
    throw unwritable("change", path, error, "what the run did is in its report only");
  }
}

function unwritable(kind: "usage" | "change", path: string, error: unknown, consequence: string): CachectlError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CachectlError(
    kind,
    "audit-unwritable",
    `no line can be left in ${path}: ${reason}; ${consequence}`,
    "Make room or give this user the right to write there, or name another file with --audit.",
    error,
  );
}
