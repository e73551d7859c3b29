import type { Fact } from "./fact.js";

/** What each slot carries, for one measure. Plain JSON. */
export interface SlotLoad {
  /** By slot: 16,384 numbers, 0 for a slot that carries nothing. keys: keys · bytes: bytes · ops: µs of CPU per second. */
  perSlot: number[];
  /** estimated: a primary's total, spread over its slots by their keys. */
  basis: "measured" | "estimated";
  /** How the numbers came about, as a sentence for the plan's notes. */
  how: string;
}

/** What the slots of a cluster carry. A measure that not every primary can answer for is missing as a whole, with the reason. */
export interface SlotLoads {
  keys: Fact<SlotLoad>;
  bytes: Fact<SlotLoad>;
  ops: Fact<SlotLoad>;
}
