/** What became of the items of a warm-up that belong to one server of a pool. */
export interface WarmServer {
  address: string;
  written: number;
  present: number;
  refused: number;
  /** Some of them may have been written. */
  unanswered: number;
  /** Of those written, the ones that went with a restart of the server. */
  lost: number;
  /** Whether that was after it had answered this run. */
  restarted: boolean;
  /** Whether it has answered this run, and did not any more at the end: it may have lost what was written. */
  away: boolean;
}
