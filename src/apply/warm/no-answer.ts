/** A request that got no final answer: it may have been carried out (its connection was lost) or not. */
export class NoAnswer {
  constructor(
    readonly reason: string,
    /** Whether the server surely did not carry it out. */
    readonly notDone: boolean,
  ) {}
}

export interface Patience {
  /** How long nothing may be answered before it is given up. Milliseconds. */
  patienceMs: number;
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
  /** The run is ending: nothing is waited for any more. */
  ending(): boolean;
  /** False: another run may be writing by now, and nothing more may be sent. */
  mayWrite(): boolean;
}

/** What is waited for is asked after at growing distances. */
export const firstPauseMs = 25;
export const longestPauseMs = 500;
