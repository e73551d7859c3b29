import { mkdirSync, statSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CachectlError } from "../../model/errors.js";
import { makeDirectory } from "../../model/make-directory.js";
import type { ResumePoint } from "../../model/warm-source.js";
import { checkWritable, writeWhole } from "../write-whole.js";

/** How far a warm-up has come. Everything up to `resumeAt` was acknowledged by the target. */
export interface Checkpoint {
  schemaVersion: 1;
  /** SHA-256 of what was being done: manifest and target. Another cannot go on from here. */
  task: string;
  resumeAt: ResumePoint;
  /** Rows read until there, over all runs. */
  rows: number;
  /** When it was left. Unix milliseconds. */
  writtenAt: number;
  /** Some of what was written: where it is gone, so may be the rest. Unix milliseconds; null: it never expires. */
  sample: { key: string; expiresAt: number | null }[];
}

/** Null: there is none. @throws CachectlError usage when it cannot be used */
export async function readCheckpoint(path: string, task: string): Promise<Checkpoint | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unusable(path, (error as Error).message);
  }
  let value: Partial<Checkpoint> | null;
  try {
    value = JSON.parse(text) as Partial<Checkpoint> | null;
  } catch {
    throw unusable(path, "it is not JSON");
  }
  if (
    value?.schemaVersion !== 1 ||
    value.resumeAt === undefined ||
    typeof value.rows !== "number" ||
    typeof value.writtenAt !== "number" ||
    !Array.isArray(value.sample)
  )
    throw unusable(path, "it is no checkpoint of format 1");
  if (value.task !== task) throw unusable(path, "it was left by another manifest, or by this one for another target");
  return value as Checkpoint;
}

/** All of it or nothing, so that a run which is killed leaves the one before. @throws CachectlError usage */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await inItsDirectory(path, () => writeWhole(path, `${JSON.stringify(checkpoint)}\n`));
}

/** Whether one can be left there, before anything is written that it would tell of. Makes its directory. @throws CachectlError usage */
export async function checkCheckpoint(path: string): Promise<void> {
  await inItsDirectory(path, () => checkWritable(path));
}

async function inItsDirectory(path: string, act: () => Promise<void>): Promise<void> {
  try {
    makeDirectory(dirname(path), 0o777, { mkdirSync, statSync, dirname });
    await act();
  } catch (error) {
    throw new CachectlError(
      "usage",
      "checkpoint-not-written",
      `the checkpoint cannot be written to ${path}: ${(error as Error).message}`,
      "Give --checkpoint a path in a directory that you may write to.",
      error,
    );
  }
}

/** Only a file: a path such as /dev/null is nobody's to remove. */
export async function removeCheckpoint(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() === true) await rm(path, { force: true });
}

function unusable(path: string, why: string): CachectlError {
  return new CachectlError(
    "usage",
    "checkpoint-unusable",
    `the checkpoint ${path} cannot be gone on from: ${why}`,
    "Run it without --resume to begin anew.",
  );
}
