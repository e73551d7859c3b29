import { splitAddress } from "../../connect/split-address.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";

/** A fleet whose cluster may get members after it was opened. */
export interface GrowingFleet extends Fleet {
  /**
   * Adds the nodes at these addresses (`host:port`), as dialled, that are not in it. Nothing is dialled yet.
   *
   * @returns whether there was any
   */
  takeIn(addresses: readonly string[]): Promise<boolean>;
}

/** @param openAt gives a fleet of just these nodes; it is closed with the first */
export function growingFleet(
  first: Fleet,
  openAt: (endpoints: { host: string; port: number }[]) => Promise<Fleet>,
): GrowingFleet {
  const fleets = [first];
  // One array for its whole life: whoever holds the fleet sees who comes.
  const nodes: FleetNode[] = [...first.nodes];
  const known = new Set(nodes.map(({ identity }) => identity.address));
  let closed = false;
  const isClosed = () => closed;
  return {
    nodes,
    gaps: async () => (await Promise.all(fleets.map((fleet) => fleet.gaps()))).flat(),
    close: () => {
      closed = true;
      for (const fleet of fleets) fleet.close();
    },
    takeIn: async (addresses) => {
      const strangers = addresses.filter((address) => !known.has(address));
      const endpoints = strangers.map(splitAddress).filter((endpoint) => endpoint !== null);
      if (endpoints.length === 0 || isClosed()) return false;
      // Before the wait: two looks at the same time must not both take a node in.
      for (const address of strangers) known.add(address);
      const more = await openAt(endpoints);
      if (isClosed()) more.close();
      fleets.push(more);
      nodes.push(...more.nodes);
      return more.nodes.length > 0;
    },
  };
}
