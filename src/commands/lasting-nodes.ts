import type { Fleet, FleetNode } from "../model/node-port.js";

/**
 * The nodes that a run works with, while its target is looked for again and again: of each address the first one stays, with its
 * connections, and a later fleet that brings nobody new is closed. During an outage each look would else leave its connections
 * behind.
 */
export class LastingNodes<Node extends Pick<FleetNode, "identity"> = FleetNode> {
  readonly #byAddress = new Map<string, Node>();
  readonly #kept: Pick<Fleet, "close">[] = [];

  /**
   * @param used the fleet's nodes that the run will ask something
   * @returns false: all of them were known, and the fleet was closed; its nodes can be asked nothing more
   */
  take(fleet: Pick<Fleet, "close">, used: readonly Node[]): boolean {
    const strangers = used.filter(({ identity }) => !this.#byAddress.has(identity.address));
    if (this.#kept.length > 0 && strangers.length === 0) {
      fleet.close();
      return false;
    }
    for (const node of strangers) this.#byAddress.set(node.identity.address, node);
    this.#kept.push(fleet);
    return true;
  }

  /** The one that stays, for whichever node of the same address. */
  lasting(node: Node): Node {
    return this.#byAddress.get(node.identity.address) ?? node;
  }

  close(): void {
    for (const fleet of this.#kept) fleet.close();
  }
}
