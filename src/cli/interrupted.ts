import { CachectlError } from "../model/errors.js";

/** What every wait of an interrupted run ends with, and the reason of the run's abort signal. */
export function interrupted(cause?: unknown): CachectlError {
  return new CachectlError("interrupted", "interrupted", "interrupted", "Run the command again.", cause);
}
