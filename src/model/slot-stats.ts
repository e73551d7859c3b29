/** Slot → what CLUSTER SLOT-STATS counts of it. */
export type SlotStats = Map<number, SlotStat>;

export interface SlotStat {
  keys: number;
  /** This and the traffic are null where the server does not count them. */
  cpuMicroseconds: number | null;
  networkBytes: number | null;
  /** Only where the server counts it: Redis 8.2+, not Valkey. */
  memoryBytes?: number;
}
