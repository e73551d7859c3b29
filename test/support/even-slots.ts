import { hashSlot, slotCount } from "../../src/model/hash-slot.js";

/** Which of so many primaries, in slot order and with even shares, owns a key. */
export function evenOwner(key: string, primaries: number): number {
  const slot = hashSlot(key);
  for (let i = primaries - 1; i > 0; i--) if (Math.floor((i * slotCount) / primaries) <= slot) return i;
  return 0;
}
