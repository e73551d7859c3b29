import type { LevelRequest } from "./level-loads.js";
import type { Bounds } from "./load-bounds.js";
import { countByOwner, nobody, sumByOwner } from "./slot-map.js";
import { quotas } from "./share-out.js";

/**
 * Hands out all slots of those who are to have nothing, in ranges: slot by slot, each time to the same taker until that has its
 * share. Levelling by single slots comes after it. A drain that carries nothing goes by numbers of slots.
 *
 * @returns the owners afterwards
 */
export function drainLoads({ owners, perSlot, bounds }: LevelRequest): Int16Array {
  const now = Int16Array.from(owners);
  const isDrained = (place: number) => place !== nobody && bounds[place]?.wanted === 0;
  const given = [...now.keys()].filter((slot) => isDrained(now[slot] ?? nobody));
  if (given.length === 0) return now;
  const carriesNothing = given.every((slot) => (perSlot[slot] ?? 0) === 0);
  const handOut = carriesNothing
    ? new HandOut(countByOwner(owners, bounds.length), slotShares(bounds, owners))
    : new HandOut(
        sumByOwner(owners, bounds.length, perSlot),
        bounds.map(({ wanted }) => wanted),
      );
  for (const slot of given) {
    const left = slot === 0 ? nobody : (now[slot - 1] ?? nobody);
    now[slot] = handOut.give(left, carriesNothing ? 1 : (perSlot[slot] ?? 0));
  }
  return now;
}

/** The shares of the load as numbers of slots. */
function slotShares(bounds: readonly Bounds[], owners: Int16Array): number[] {
  const owned = owners.reduce((sum, owner) => sum + (owner === nobody ? 0 : 1), 0);
  return quotas(
    owned,
    bounds.map(({ wanted }) => wanted),
  );
}

class HandOut {
  #taker = nobody;

  /** By place. */
  constructor(
    private readonly has: number[],
    private readonly wanted: readonly number[],
  ) {}

  /** To whom it goes: the one that took last while it has room, else the owner on the left, else who lacks the largest part. */
  give(left: number, load: number): number {
    if (!this.hasRoom(this.#taker, load)) this.#taker = this.hasRoom(left, load) ? left : this.neediest();
    this.has[this.#taker] = (this.has[this.#taker] ?? 0) + load;
    return this.#taker;
  }

  private hasRoom(place: number, load: number): boolean {
    const wanted = this.wanted[place] ?? 0;
    return wanted > 0 && (this.has[place] ?? 0) + load / 2 <= wanted;
  }

  private neediest(): number {
    let found = nobody;
    let least = Infinity;
    for (const [place, wanted] of this.wanted.entries()) {
      const filled = (this.has[place] ?? 0) / wanted;
      if (wanted === 0 || filled >= least) continue;
      found = place;
      least = filled;
    }
    return found;
  }
}
