import { CachectlError } from "../model/errors.js";
import type { ChangeContext } from "./context.js";

/**
 * For a verb that writes, at a moment when the first signal still ends it.
 *
 * @param consequence what the user should know of the servers, as a clause
 * @throws CachectlError interrupted, once a stop was requested
 */
export function stopBeforeChange(
  { stopRequested }: Pick<ChangeContext, "stopRequested">,
  consequence = "nothing was changed",
): void {
  if (!stopRequested.aborted) return;
  throw new CachectlError(
    "interrupted",
    "interrupted",
    `interrupted; ${consequence}`,
    "Run the command again.",
    stopRequested.reason,
  );
}
