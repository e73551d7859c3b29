import type { Clock } from "../../model/clock.js";
import type { FleetNode } from "../../model/node-port.js";

export interface DrillDeps {
  clock: Clock;
  /** Ends the run before the order, and after it the waits that only watch. */
  stop: AbortSignal;
  /** For each wait. Milliseconds. */
  deadlineMs: number;
  /** Between two writes of a client. Milliseconds. */
  intervalMs: number;
  /** Of the ledger. */
  key: string;
  /** The node at this address, as dialled; null: discovery did not find it. */
  nodeAt: (address: string) => FleetNode | null;
  /** Announced `host:port` → the address that is dialled. */
  dialled: (announced: string) => string;
  journal: { write(entry: DrillEntry): Promise<void> };
  say: (title: string) => void;
}

/** A line of the drill's journal, on the disk before the step that it announces. */
export type DrillEntry =
  | {
      kind: "begin";
      at: string;
      operation: "sentinel-drill";
      target: string;
      masterName: string;
      primary: string;
      key: string;
    }
  | { kind: "order"; at: string; sentinel: string }
  | { kind: "end"; at: string; complete: boolean; newPrimary: string | null; missing: number | null };
