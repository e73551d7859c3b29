import { randomUUID } from "node:crypto";
import { access, constants, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CachectlError } from "../model/errors.js";
import type { Observation } from "../model/observation.js";

/** Writes what was seen, so that it can be judged again elsewhere. Holds no secret, but key and host names: only the owner may read it. */
export async function writeFactsFile(path: string, observation: Observation): Promise<void> {
  const text = `${JSON.stringify(observation)}\n`;
  try {
    // A pipe or device is written to: renaming over /dev/null would put a file in its place.
    if (await isSpecial(path)) await writeFile(path, text);
    else await replaceFile(path, text);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** Whether `path` looks writable, before any time is spent on what shall be written. @throws CachectlError of kind `usage` */
export async function checkFactsFile(path: string): Promise<void> {
  try {
    if (await isSpecial(path)) return;
    await access(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "facts-not-written",
    `the facts cannot be written to ${path}: ${(error as Error).message}`,
    "Give --save-facts a path in a directory that exists and that you may write to.",
    error,
  );
}

async function isSpecial(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isFile() && !found.isDirectory(),
    () => false,
  );
}

/** Under another name first: a full disk must not leave half a file that looks whole. */
async function replaceFile(path: string, text: string): Promise<void> {
  // A link stays one, and what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const unfinished = `${target}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, text, { mode: 0o600 });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** @throws CachectlError of kind `usage` when the file cannot be read or was not written by --save-facts of this format */
export async function readFactsFile(path: string): Promise<Observation> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw unreadable(path, (error as Error).message, error);
  }
  return parseObservation(text, path);
}

/** The inverse of what `writeFactsFile` writes. `path` is for the error's sentence. @throws CachectlError */
export function parseObservation(text: string, path: string): Observation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, "it is not JSON", error);
  }
  if (!isObservation(value)) throw unreadable(path, "it does not hold facts of format 1");
  return value;
}

function isObservation(value: unknown): value is Observation {
  if (typeof value !== "object" || value === null) return false;
  const { schemaVersion, observedAt, sampleSeconds, targets } = value as Partial<Record<keyof Observation, unknown>>;
  return (
    schemaVersion === 1 &&
    typeof observedAt === "string" &&
    !Number.isNaN(Date.parse(observedAt)) &&
    typeof sampleSeconds === "number" &&
    Array.isArray(targets) &&
    targets.every(isObservedTarget)
  );
}

function isObservedTarget(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { target, nodes, discoveryGaps } = value as Record<string, unknown>;
  return (
    hasFields(target, ["name", "kind", "labels", "thresholds", "ignore"]) &&
    Array.isArray(discoveryGaps) &&
    Array.isArray(nodes) &&
    nodes.every((node: unknown) => hasFields(node, ["node", "facts"]))
  );
}

function hasFields(value: unknown, fields: string[]): boolean {
  return typeof value === "object" && value !== null && fields.every((field) => field in value);
}

function unreadable(path: string, why: string, cause?: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "facts-unreadable",
    `the facts in ${path} cannot be read: ${why}`,
    "Give --from-facts a file that --save-facts of this version of cachectl wrote.",
    cause,
  );
}
