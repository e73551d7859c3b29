import { describe, expect, it } from "vitest";
import type { MappingSpec, Pack } from "../../../../src/model/warm-manifest.js";
import { bytesOfText } from "../../../../src/model/key-name.js";
import { compileMapping } from "../../../../src/plan/warm/compile-mapping.js";
import { crc32 } from "../../../../src/plan/warm/ttl.js";

const plain: Pack = {
  value: (value, json) => bytesOfText(json ?? JSON.stringify(value)),
  text: bytesOfText,
  bytes: (bytes) => Buffer.from(bytes).toString("latin1"),
};

const now = Date.parse("2026-01-01T00:00:00Z");

function mapped(spec: Partial<MappingSpec>, row: Record<string, unknown>, json?: string) {
  const whole: MappingSpec = {
    ...{ key: "k:{id}", type: "json", value: null, fields: null, ttl: { kind: "none" }, ttlJitter: 0 },
    ...{ tags: [], tagPrefix: "tag:", packing: { encode: "text", compress: null }, ...spec },
  };
  return compileMapping(whole, plain)(row, json, now);
}

describe("a key", () => {
  it("takes fields, nested fields and doubled braces", () => {
    expect(mapped({ key: "{{{id}}}:{a.b}" }, { id: 7, a: { b: "x" } })).toMatchObject({ key: "{7}:x" });
  });

  it("is UTF-8, one character a byte", () => {
    expect(mapped({}, { id: "é" })).toMatchObject({ key: "k:\xc3\xa9" });
  });

  it("is refused where a field is missing, null or a mapping", () => {
    expect(mapped({}, {})).toEqual({ reason: "the key: field id is missing", expired: false });
    expect(mapped({}, { id: null })).toMatchObject({ reason: "the key: field id is null" });
    expect(mapped({}, { id: {} })).toMatchObject({ reason: "the key: field id is a mapping or a list" });
  });
});

describe("a value", () => {
  it("of type json is the row's own text where there is one: digits beyond 2^53 stay", () => {
    const json = '{"id":12345678901234567890}';
    expect(mapped({}, JSON.parse(json) as Record<string, unknown>, json)).toMatchObject({
      value: { type: "string", data: json },
    });
  });

  it("of type json takes chosen fields only", () => {
    expect(mapped({ fields: ["a"] }, { id: 1, a: 2, b: 3 })).toMatchObject({ value: { data: '{"a":2}' } });
  });

  it("of type string is a template, or bytes as they are", () => {
    expect(mapped({ type: "string", value: "<{a}>" }, { id: 1, a: 2 })).toMatchObject({ value: { data: "<2>" } });
    const row = { id: 1, a: Uint8Array.of(0, 255) };
    expect(mapped({ type: "string", value: "{a}" }, row)).toMatchObject({ value: { data: "\x00\xff" } });
  });

  it("of a collection is refused when it is empty, which the server could not hold", () => {
    expect(mapped({ type: "set", value: "a" }, { id: 1, a: [] })).toMatchObject({ reason: "field a is empty" });
    expect(mapped({ type: "list", value: "a" }, { id: 1, a: "x" })).toMatchObject({
      reason: "field a is no list of texts and numbers",
    });
  });

  it("of a sorted set takes both forms of scores", () => {
    const pairs = ["1", "x", "+inf", "y"];
    expect(mapped({ type: "zset", value: "a" }, { id: 1, a: { x: 1, y: Infinity } })).toMatchObject({
      value: { pairs },
    });
    const list = [
      ["x", "1"],
      ["y", Infinity],
    ];
    expect(mapped({ type: "zset", value: "a" }, { id: 1, a: list })).toMatchObject({ value: { pairs } });
  });
});

describe("a TTL", () => {
  it("is shortened by the key's own part of the jitter, the same each time", () => {
    const ttl = { kind: "fixed", ms: 100_000 } as const;
    const expected = Math.round(100_000 - (crc32("k:1") / 2 ** 32) * 10_000);
    for (let i = 0; i < 2; i++) expect(mapped({ ttl, ttlJitter: 0.1 }, { id: 1 })).toMatchObject({ ttlMs: expected });
  });

  it("comes from a field: a time to live, or a point in time", () => {
    const field = (as: "for" | "at", unitMs: 1 | 1_000) => ({ kind: "field", path: "t", as, unitMs }) as const;
    expect(mapped({ ttl: field("for", 1_000) }, { id: 1, t: "60" })).toMatchObject({ ttlMs: 60_000 });
    expect(mapped({ ttl: field("at", 1_000) }, { id: 1, t: now / 1_000 + 5 })).toMatchObject({ ttlMs: 5_000 });
    expect(mapped({ ttl: field("at", 1_000) }, { id: 1, t: "2026-01-01T00:00:09Z" })).toMatchObject({ ttlMs: 9_000 });
    expect(mapped({ ttl: field("at", 1_000) }, { id: 1, t: 5 })).toEqual({
      reason: "its time is over",
      expired: true,
    });
    expect(mapped({ ttl: field("for", 1) }, { id: 1, t: "soon" })).toMatchObject({
      reason: "field t, the TTL, is no number or time",
    });
  });

  it("uses CRC-32 as everybody knows it", () => {
    expect(crc32("123456789")).toBe(0xcbf43926);
  });
});

it("names tag sets with their prefix, each once", () => {
  expect(mapped({ tags: ["all", "t-{id}", "all"] }, { id: 1 })).toMatchObject({ tags: ["tag:all", "tag:t-1"] });
});
