import { known, missing } from "../../src/model/fact.js";
import { slotCount } from "../../src/model/hash-slot.js";
import type { SlotLoads } from "../../src/model/slot-loads.js";

/** Loads with these numbers per slot; the measures that are left out are not known. */
export function loadsOf(numbers: Partial<Record<keyof SlotLoads, readonly number[]>>): SlotLoads {
  const fact = (perSlot: readonly number[] | undefined) =>
    perSlot === undefined
      ? missing("not-supported", "10.0.0.1:7000: it does not say")
      : known({ perSlot: [...perSlot], basis: "measured" as const, how: "It was counted." });
  return { keys: fact(numbers.keys), bytes: fact(numbers.bytes), ops: fact(numbers.ops) };
}

/** Nothing but what is named by slot. */
export function perSlot(numbers: Record<number, number>): number[] {
  return Array.from({ length: slotCount }, (_, slot) => numbers[slot] ?? 0);
}
