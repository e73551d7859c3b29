import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { CachectlError } from "../../model/errors.js";
import { checkWritable, writeWhole } from "../write-whole.js";
import type { ScanOptions } from "./scan-options.js";
import type { ScanPosition } from "./scan-node.js";

/** A pass over the keys that ended before its time: all that another run needs to go on as if nothing had happened. */
export interface UnfinishedScan<Statistics> {
  schemaVersion: 1;
  asked: ScanQuestion;
  /** By name; null: nothing was read of it. */
  targets: Record<string, { positions: Record<string, ScanPosition>; statistics: Statistics } | null>;
}

/** What decides what the statistics say. How gently it was asked (rate, latency, limit) may change from run to run. */
export type ScanQuestion = Pick<
  ScanOptions,
  "from" | "database" | "match" | "type" | "sampleRatio" | "touch" | "frequencies"
> & { top: number };

/** Null: there is no such file yet. @throws CachectlError of kind `usage` when it is not to be used */
export async function readResumeFile<Statistics>(
  path: string,
  asked: ScanQuestion,
  targets: readonly string[],
): Promise<UnfinishedScan<Statistics> | null> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unusable(path, (error as Error).message, error);
  });
  if (text === null) {
    await checkWritable(path).catch((error: unknown) => Promise.reject(notWritten(path, error)));
    return null;
  }
  const scan = parse<Statistics>(text, path);
  const differing = Object.entries(asked).flatMap(([name, value]) =>
    scan.asked[name as keyof typeof asked] === value ? [] : [name],
  );
  if (differing.length > 0) throw unusable(path, `it was begun with another ${differing.join(", ")}`);
  const others = targets.filter((name) => scan.targets[name] === undefined);
  if (others.length > 0) throw unusable(path, `it was begun on other targets than ${others.join(", ")}`);
  return scan;
}

export async function writeResumeFile(path: string, scan: UnfinishedScan<unknown>): Promise<void> {
  const sealed: SealedScan<unknown> = { ...scan, sha256: digestOf(scan) };
  await writeWhole(path, `${JSON.stringify(sealed)}\n`).catch((error: unknown) =>
    Promise.reject(notWritten(path, error)),
  );
}

/** When the pass has come to its end there is nothing left to go on with. */
export async function removeResumeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** As it lies in the file. */
type SealedScan<Statistics> = UnfinishedScan<Statistics> & { sha256: string };

function parse<Statistics>(text: string, path: string): UnfinishedScan<Statistics> {
  let value: Partial<SealedScan<Statistics>> | null;
  try {
    value = JSON.parse(text) as Partial<SealedScan<Statistics>> | null;
  } catch (error) {
    throw unusable(path, "it is not JSON", error);
  }
  if (value?.schemaVersion !== 1 || typeof value.sha256 !== "string")
    throw unusable(path, "it holds no scan of format 1");
  const { sha256, ...scan } = value;
  // Statistics that were changed would still add up to something: only what was written here is gone on with.
  if (sha256 !== digestOf(scan)) throw unusable(path, "it is not as cachectl left it");
  return scan as UnfinishedScan<Statistics>;
}

function digestOf(scan: Partial<UnfinishedScan<unknown>>): string {
  return createHash("sha256").update(JSON.stringify(scan)).digest("hex");
}

function unusable(path: string, why: string, cause?: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "resume-unusable",
    `the scan in ${path} cannot be gone on with: ${why}`,
    "Repeat the options and targets that it was begun with, or give --resume another path to begin anew.",
    cause,
  );
}

function notWritten(path: string, error: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "resume-not-written",
    `the scan cannot be kept in ${path}: ${(error as Error).message}`,
    "Give --resume a path in a directory that exists and that you may write to.",
    error,
  );
}
