import { readFile } from "node:fs/promises";
import { CachectlError } from "../model/errors.js";
import type { Observation } from "../model/observation.js";
import { checkWritable, writeWhole } from "./write-whole.js";

/** Writes what was seen, so that it can be judged again elsewhere. Holds no secret, but key and host names: only the owner may read it. */
export async function writeFactsFile(path: string, observation: Observation): Promise<void> {
  try {
    await writeWhole(path, `${JSON.stringify(observation)}\n`);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** Whether `path` looks writable, before any time is spent on what shall be written. @throws CachectlError of kind `usage` */
export async function checkFactsFile(path: string): Promise<void> {
  try {
    await checkWritable(path);
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
