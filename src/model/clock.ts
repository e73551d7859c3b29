/** Time as a dependency, so that pure code never reads it and a wait always ends with the run. */
export interface Clock {
  /** Wall clock, Unix milliseconds. */
  now(): number;
  /** Milliseconds from an arbitrary start; never jumps. */
  monotonicMs(): number;
  /** Rejects with an `interrupted` error when the run is aborted. */
  sleep(ms: number): Promise<void>;
}
