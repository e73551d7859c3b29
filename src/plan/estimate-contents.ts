import type { Fact } from "../model/fact.js";
import type { SlotLoad, SlotLoads } from "../model/slot-loads.js";
import { countByOwner, nobody, type SlotMap } from "./slot-map.js";

/** What a slot holds; null: not known. */
export interface Estimator {
  keys: (slot: number) => number | null;
  bytes: (slot: number) => number | null;
  /** How good the numbers are, as sentences. */
  notes: string[];
}

/** From the numbers per slot where there are some. Else keys are its primary's, spread evenly: CRC16 does that unless hash tags gather them. */
export function estimator(map: SlotMap, loads: SlotLoads | null): Estimator {
  const keys = loads?.keys.ok === true ? loads.keys.value.perSlot : null;
  const bytes = loads?.bytes.ok === true ? loads.bytes.value.perSlot : null;
  return {
    keys: keys === null ? spreadKeys(map) : (slot) => keys[slot] ?? null,
    bytes: (slot) => bytes?.[slot] ?? null,
    notes: [
      keys === null
        ? "Keys to move are estimated from each primary's number of keys, as if all its slots held equally many."
        : null,
      loads === null ? null : noteOn("Bytes", loads.bytes),
    ].filter((note) => note !== null),
  };
}

function spreadKeys({ primaries, owners }: SlotMap): (slot: number) => number | null {
  const counts = countByOwner(owners, primaries.length);
  return (slot) => {
    const place = owners[slot] ?? nobody;
    const keys = primaries[place]?.keys ?? null;
    return keys === null ? null : keys / (counts[place] ?? 1);
  };
}

function noteOn(what: string, fact: Fact<SlotLoad>): string | null {
  if (!fact.ok) return `${what} to move are not known: ${fact.reason}.`;
  return fact.value.basis === "estimated" ? fact.value.how : null;
}
