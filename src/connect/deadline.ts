import { afterUnreadAnswers } from "../model/unread-answers.js";

/**
 * Runs `work`, but waits for it no longer than `timeoutMs` or until `signal` aborts; then rejects with what `onGiveUp` returns.
 * The work itself goes on: `onGiveUp` must cut off what it uses.
 */
export async function withDeadline<T>(
  work: () => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal,
  onGiveUp: (why: "deadline" | "aborted") => Error,
): Promise<T> {
  // Begun now, it would never hear of the abort.
  if (signal.aborted) throw onGiveUp("aborted");
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => afterUnreadAnswers(() => reject(onGiveUp("deadline"))), timeoutMs);
    onAbort = () => reject(onGiveUp("aborted"));
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work(), givenUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
