/** What a pass over the keys is to look at, and how gently. */
export interface ScanOptions {
  from: "primaries" | "replicas";
  /** Null: every database that has keys. */
  database: number | null;
  /** SCAN's glob pattern; null: every key. */
  match: string | null;
  /** SCAN's TYPE; null: every type. */
  type: string | null;
  /** Share of the keys to measure, above 0, at most 1. */
  sampleRatio: number;
  /** Keys of the whole target after which the pass ends; null: no limit. */
  limitKeys: number | null;
  /** Keys a second and node at most; null: as fast as the servers' latency allows. */
  ratePerSecond: number | null;
  /** A PING beside the scan may take this much longer than on the idle server. Milliseconds. */
  maxLatencyMs: number;
  /** Count elements also where that resets idle times (before 7.2, which has CLIENT NO-TOUCH). */
  touch: boolean;
  /** Ask OBJECT FREQ of every key, for hot keys under an LFU policy. */
  frequencies: boolean;
  /** Ask OBJECT IDLETIME of every key, under any other policy; absent: of every 32nd. */
  idleTimes?: boolean;
}
