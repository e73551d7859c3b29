import { describe, expect, it } from "vitest";
import { SlabRoom } from "../../../../src/collect/warm/slab-room.js";

const megabyte = 1_048_576;

function slabs(given: number, classes: Record<number, [size: number, used: number, free: number]>) {
  const fields: Record<string, string> = { total_malloced: String(given * megabyte) };
  for (const [id, [size, used, free]] of Object.entries(classes)) {
    fields[`${id}:chunk_size`] = String(size);
    fields[`${id}:used_chunks`] = String(used);
    fields[`${id}:free_chunks`] = String(free);
  }
  return fields;
}

describe("what a Memcached server can still take", () => {
  it("is all of its limit when it is empty", () => {
    expect(new SlabRoom().freeBytes(slabs(0, {}), 8 * megabyte, 0)).toBe(8 * megabyte);
  });

  it("is the pages that nobody has, and the free chunks of the class that is written to", () => {
    const room = new SlabRoom();
    const before = { 1: [96, 50_000, 10], 4: [192, 100, 5_000] } as const;
    room.freeBytes(slabs(6, { 1: [...before[1]], 4: [...before[4]] }), 8 * megabyte, 0);
    const later = slabs(6, { 1: [96, 50_000, 10], 4: [192, 2_100, 3_000] });
    expect(room.freeBytes(later, 8 * megabyte, 0)).toBe(2 * megabyte + 3_000 * 192);
    // Full, and it evicts: no class grows any more, and the last one that did is looked at.
    const full = slabs(8, { 1: [96, 50_000, 10], 4: [192, 2_100, 0] });
    expect(room.freeBytes(full, 8 * megabyte, 0)).toBe(0);
  });

  it("counts pages that were taken back from other classes", () => {
    expect(new SlabRoom().freeBytes(slabs(8, { 4: [192, 10, 0] }), 8 * megabyte, 3)).toBe(3 * megabyte);
  });

  it("is not known where the server does not tell", () => {
    expect(new SlabRoom().freeBytes({}, 8 * megabyte, 0)).toBeNull();
  });
});
