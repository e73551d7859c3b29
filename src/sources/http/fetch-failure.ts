/** Why a URL could not be fetched. The message is a clause without the URL, and never holds a secret. */
export class FetchFailure extends Error {
  constructor(
    message: string,
    /** Whether another try may go better. */
    readonly passing: boolean,
    /** How long the server asked to be left alone; null when it did not. Milliseconds. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}
