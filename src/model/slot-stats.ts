/** Slot → what CLUSTER SLOT-STATS counts of it. CPU and network are null where the server does not count them. */
export type SlotStats = Map<number, { keys: number; cpuMicroseconds: number | null; networkBytes: number | null }>;
