import { describe, expect, it } from "vitest";
import { encodeStore } from "../../../../../src/apply/warm/memcached/encode-store.js";

const item = { key: "k", value: { type: "string", data: "abc" } as const, ttlMs: null, tags: [] };
const server = { itemSizeMax: 1_048_576, hasVersions: true, clockAheadMs: 0 };
const now = 1_700_000_000_000;
const day = 86_400_000;

function largest(bytes: number) {
  return { ...item, value: { type: "string", data: "x".repeat(bytes) } as const };
}

describe("a request that stores an item", () => {
  it("is set, add, or cas with the version that was looked at", () => {
    expect(encodeStore("set", item, server, now)).toBe("set k 0 0 3\r\nabc\r\n");
    expect(encodeStore("add", item, server, now)).toBe("add k 0 0 3\r\nabc\r\n");
    expect(encodeStore({ version: "17" }, item, server, now)).toBe("cas k 0 0 3 17\r\nabc\r\n");
  });

  it("rounds a TTL up to whole seconds, and gives one beyond 30 days as the server's own time", () => {
    const at = (ttlMs: number) => {
      const encoded = encodeStore("set", { ...item, ttlMs }, server, now);
      return typeof encoded === "string" ? encoded.split(" ")[3] : encoded.refused;
    };
    expect([at(1), at(1_001), at(30 * day)]).toEqual(["1", "2", "2592000"]);
    expect(at(30 * day + 1)).toBe(String(1_700_000_000 + 2_592_001));
    const ahead = { ...server, clockAheadMs: 60_000 };
    expect(encodeStore("set", { ...item, ttlMs: 45 * day }, ahead, now)).toContain(` ${1_700_000_060 + 3_888_000} `);
  });

  it("is not made for an item that the server would refuse, since it deletes what is there with that", () => {
    // Found on 1.6.9 and 1.6.45 with a key of one byte: 60 bytes beside the value, 52 without versions (-C).
    expect(encodeStore("set", largest(1_048_516), server, now)).toContain("set k");
    expect(encodeStore("set", largest(1_048_517), server, now)).toEqual({
      refused: "an item of 1048577 bytes, and the server takes 1048576 (item_size_max, -I)",
    });
    const plain = { ...server, hasVersions: false };
    expect(encodeStore("set", largest(1_048_524), plain, now)).toContain("set k");
    expect(encodeStore("set", largest(1_048_525), plain, now)).toHaveProperty("refused");
  });

  it("is left to the server where that does not say how much it takes", () => {
    expect(encodeStore("set", largest(2_000_000), { ...server, itemSizeMax: null }, now)).toContain("set k");
  });
});
