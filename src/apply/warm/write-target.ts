import type { FleetNode } from "../../model/node-port.js";

/** Where a warm-up writes to just now. */
export interface WriteTarget {
  /** Primaries; one where the target is no cluster. */
  primaries: readonly FleetNode[];
  /** Slot → index in `primaries`, 255 for a slot that nobody owns; null where the target is no cluster. */
  owners: Uint8Array | null;
  /** The node that a redirection names as it is announced; null where it cannot be one. An empty host: the sender's own. */
  nodeAt(host: string, port: number, sender: FleetNode | null): Promise<FleetNode | null>;
}

/** Looks for it anew, as after a failover. @throws CachectlError when nobody says where it is */
export type Locate = () => Promise<WriteTarget>;

export const noOwner = 255;
