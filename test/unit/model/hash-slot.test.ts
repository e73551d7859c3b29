import { describe, expect, it } from "vitest";
import { crc16, hashSlot, hashTag, slotOf, tagEnd } from "../../../src/model/hash-slot.js";
import { seededRandom } from "../../support/key-page.js";

/** What CLUSTER KEYSLOT of a Valkey 9.1 answers. */
const slots: [name: string, slot: number][] = [
  ["", 0],
  ["foo", 12182],
  ["123456789", 12739],
  ["user1000", 3443],
  ["{user1000}.following", 3443],
  ["foo{}{bar}", 8363],
  ["foo{{bar}}zap", 4015],
  ["foo{bar}{zap}", 5061],
  ["{open", 7674],
  ["a", 15495],
  ["session:2b1f0c3e-9a77-4a6e-8f2e-0d9c3b7a1e55", 777],
  ["\xff\x00\x80", 7915],
];

describe("hashSlot", () => {
  it.each(slots)("of %j is %i", (name, slot) => {
    expect(hashSlot(name)).toBe(slot);
  });

  it("of the specification's check text is that of 0x31C3", () => {
    expect(crc16("123456789", 0, 9)).toBe(0x31c3);
    expect(hashSlot("123456789")).toBe(slotOf(0x31c3));
  });

  it("equals a CRC taken bit by bit, of any bytes and lengths", () => {
    const random = seededRandom(91);
    for (let length = 0; length < 60; length++) {
      const bytes = Array.from({ length }, () => Math.floor(random() * 256));
      const name = String.fromCharCode(...bytes).replaceAll("{", "(");
      expect(hashSlot(name)).toBe(bitByBit(name) % 16_384);
    }
  });
});

describe("hashTag", () => {
  it.each([
    ["{user1000}.following", "user1000"],
    ["foo{bar}{zap}", "bar"],
    ["foo{{bar}}zap", "{bar"],
    ["foo{}{bar}", null],
    ["{open", null],
    ["}closed{", null],
    ["plain", null],
    ["", null],
  ])("of %j is %j", (name, tag) => {
    expect(hashTag(name)).toBe(tag);
    if (tag !== null) expect(hashSlot(name)).toBe(hashSlot(tag));
  });

  it("ends where tagEnd says", () => {
    expect(tagEnd("a{bc}d", 1)).toBe(4);
    expect(tagEnd("a{}d", 1)).toBe(-1);
    expect(tagEnd("a{bc", 1)).toBe(-1);
  });
});

/** The definition: polynomial 0x1021, beginning with 0. */
function bitByBit(text: string): number {
  let crc = 0;
  for (const character of text) {
    crc ^= character.charCodeAt(0) << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}
