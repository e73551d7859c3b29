/** What of the keys without TTL becomes evictable under allkeys-*, as a bounded look at the primaries' keys saw it. */
export interface EvictionExposure {
  seenKeys: number;
  /** Every key was seen, so that counts are exact. */
  complete: boolean;
  /** Of those whose TTL could be asked. */
  withoutTtl: number;
  /** Of those that could be measured. */
  measured: number;
  measuredBytes: number;
  /** Sets and sorted sets whose name tells that they hold the keys of a tag. */
  tagSets: NamedKeys;
  locks: NamedKeys;
  /** What could not be looked at, as clauses. */
  gaps: string[];
}

export interface NamedKeys {
  keys: number;
  /** A few names, fit to be shown. */
  examples: string[];
}
