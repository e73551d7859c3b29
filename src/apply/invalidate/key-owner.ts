import { formatEndpoint } from "../../model/node.js";
import type { FleetNode } from "../../model/node-port.js";
import { slotsOf, type SlotRange } from "../../model/slot-ranges.js";
import { slotCount } from "../../model/hash-slot.js";

/** A primary that keys are written to. */
export interface KeyOwner {
  node: Pick<FleetNode, "identity" | "openBulk">;
  /** As redirections name it; null outside a cluster. */
  announced: { host: string; port: number } | null;
  /** Null: every key is its own. */
  slots: readonly SlotRange[] | null;
  /** Slots are on their way to or from it. */
  slotsMoving: boolean;
}

/** Which owner a slot belongs to: what was seen last, corrected by every MOVED. */
export class SlotMap {
  readonly #bySlot: (KeyOwner | undefined)[] = new Array<KeyOwner | undefined>(slotCount);

  constructor(readonly owners: readonly KeyOwner[]) {
    for (const owner of owners)
      if (owner.slots !== null) for (const slot of slotsOf(owner.slots)) this.#bySlot[slot] = owner;
  }

  /** Slots that no owner has, or none that answers. */
  get uncovered(): number {
    return this.isCluster ? slotCount - this.#bySlot.filter((owner) => owner !== undefined).length : 0;
  }

  get isCluster(): boolean {
    return this.owners.some(({ slots }) => slots !== null);
  }

  /** @param slot null outside a cluster */
  ownerOf(slot: number | null): KeyOwner | undefined {
    return slot === null ? this.owners[0] : this.#bySlot[slot];
  }

  moved(slot: number, owner: KeyOwner): void {
    this.#bySlot[slot] = owner;
  }

  /** Whom `MOVED 42 10.0.0.5:6379` or `ASK …` names; a node that does not know its own host names the one that was asked. */
  named(address: string, asked: KeyOwner): KeyOwner | undefined {
    const at = address.lastIndexOf(":");
    const host = address.slice(0, at) || asked.announced?.host || "";
    const wanted = formatEndpoint({ host, port: Number(address.slice(at + 1)) });
    return this.owners.find(({ announced }) => announced !== null && formatEndpoint(announced) === wanted);
  }
}
