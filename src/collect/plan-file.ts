import { readFile } from "node:fs/promises";
import { CachectlError } from "../model/errors.js";
import type { SlotPlan } from "../model/slot-plan.js";
import { checkWritable, writeWhole } from "./write-whole.js";

/** No plan of 16,384 slots comes near; reading a disk image by mistake must not fill the memory. */
const longestBytes = 16 * 1024 * 1024;

/** Writes a plan for `cluster apply`. @throws CachectlError usage where the file cannot be written */
export async function writePlanFile(path: string, plan: SlotPlan): Promise<void> {
  try {
    await writeWhole(path, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** Whether `path` looks writable, before any server is asked. @throws CachectlError usage */
export async function checkPlanFile(path: string): Promise<void> {
  try {
    await checkWritable(path);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** The text of a plan file. @throws CachectlError usage where it cannot be read */
export async function readPlanFile(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.length <= longestBytes) return text;
  } catch (error) {
    throw unreadable(path, (error as Error).message, error);
  }
  throw unreadable(path, "it is far larger than any plan");
}

function notWritten(path: string, error: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "plan-not-written",
    `the plan cannot be written to ${path}: ${(error as Error).message}`,
    "Give --plan-out a path in a directory that exists and that you may write to.",
    error,
  );
}

function unreadable(path: string, why: string, cause?: unknown): CachectlError {
  return new CachectlError(
    "usage",
    "plan-unreadable",
    `the plan ${path} cannot be read: ${why}`,
    "Name a file that `cachectl cluster rebalance --plan-out FILE` wrote.",
    cause,
  );
}
