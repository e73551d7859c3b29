/** Hash slots from the first to the last, both included. */
export type SlotRange = [first: number, last: number];

/** The slots as ascending ranges that do not touch; what is named twice counts once. */
export function rangesOf(slots: Iterable<number>): SlotRange[] {
  const ranges: SlotRange[] = [];
  for (const slot of [...new Set(slots)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}

/** Every slot of the ranges, in their order. */
export function slotsOf(ranges: readonly SlotRange[]): number[] {
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** `0-99,205,300-16383`, as redis-cli and CLUSTER NODES write them; `none` for no slot. */
export function formatRanges(ranges: readonly SlotRange[]): string {
  if (ranges.length === 0) return "none";
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}
