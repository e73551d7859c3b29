import type { WarmItem } from "../../model/warm-manifest.js";

/** So much is sent at once at most, where several items are: what a target has room for is looked at between portions. */
const mostBytes = 1_048_576;

/** What the server keeps for an item beside its key and value: entry, object, expiry, and what the allocator rounds up to. */
const itemOverheadBytes = 150;

/** What it keeps for each element of a large collection beside the element. */
const elementOverheadBytes = 50;

export interface PortionSize {
  items: number;
  /** Of keys and values. */
  bytes: number;
  /** What it takes of the server's memory, about. */
  memoryBytes: number;
}

export interface Portion {
  /** Index of its first item. */
  from: number;
  /** Index behind its last item. */
  to: number;
  size: PortionSize;
}

/** Shares the items of a page out, in order. No items are one portion, whose rows were all rejected. */
export function portionsOf(items: readonly WarmItem[], mostItems: number): Portion[] {
  const portions: Portion[] = [];
  let open: Portion = { from: 0, to: 0, size: { items: 0, bytes: 0, memoryBytes: 0 } };
  for (const item of items) {
    const { bytes, memoryBytes } = sizeOf(item);
    const { size } = open;
    if (size.items > 0 && (size.items >= mostItems || size.memoryBytes + memoryBytes > mostBytes)) {
      portions.push(open);
      open = { from: open.to, to: open.to, size: { items: 0, bytes: 0, memoryBytes: 0 } };
    }
    open.to++;
    open.size.items++;
    open.size.bytes += bytes;
    open.size.memoryBytes += memoryBytes;
  }
  return [...portions, open];
}

function sizeOf({ key, value }: WarmItem): { bytes: number; memoryBytes: number } {
  let bytes = key.length;
  let elements = 0;
  if ("data" in value) bytes += value.data.length;
  else {
    const parts = "pairs" in value ? value.pairs : value.members;
    elements = parts.length;
    for (const part of parts) bytes += part.length;
  }
  return { bytes, memoryBytes: bytes + itemOverheadBytes + elements * elementOverheadBytes };
}
