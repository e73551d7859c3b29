import { CachectlError, ConnectError, ServerReplyError } from "../../model/errors.js";
import type { NodeScan } from "../../model/keyspace.js";
import { PassingError, passingCodes } from "./error-reply.js";

/** The scan of a node ended before its keys did. The message is a clause that may follow "because ". */
export class CutShort extends Error {}

/** How far a scan came: `41 % of its keys`, or a number where the whole is not known. */
export function shareSeen({ expectedKeys, seenKeys }: NodeScan, filtered: boolean): string {
  if (filtered || expectedKeys === null || expectedKeys === 0) return `${seenKeys} keys`;
  // What is missing may be a single key, but it is missing.
  return `${Math.min(99, Math.floor((seenKeys / expectedKeys) * 100))} % of its keys`;
}

/** The gap that an error leaves. @throws whatever is no failure of a node but a defect */
export function clauseOf(error: unknown, scan: NodeScan, filtered: boolean): string {
  const share = shareSeen(scan, filtered);
  if (error instanceof CutShort) return error.message;
  if (isInterruption(error)) return `${scan.node} was interrupted after ${share}`;
  if (error instanceof ConnectError) return `${scan.node} went away after ${share}: ${error.message}`;
  if (mayPass(error)) return `${scan.node} could not answer any more after ${share}: ${(error as Error).message}`;
  if (error instanceof CachectlError) return `${scan.node} failed after ${share}: ${error.message}`;
  throw error;
}

export function isInterruption(error: unknown): boolean {
  return error instanceof CachectlError && error.kind === "interrupted";
}

/** Whether another connection, a little later, may get on where this error stopped. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ServerReplyError) return passingCodes.has(error.replyCode);
  return error instanceof PassingError || (error instanceof ConnectError && error.connectCause !== "aborted");
}
