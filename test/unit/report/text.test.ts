import { describe, expect, it } from "vitest";
import { displayWidth, truncate } from "../../../src/report/display-width.js";
import { formatBytes, formatValue } from "../../../src/report/format-value.js";
import { printable } from "../../../src/report/printable.js";
import { wrapText } from "../../../src/report/table/wrap-text.js";

const gibibyte = 2 ** 30;

describe("formatBytes", () => {
  it.each([
    [0, "0B"],
    [512, "512B"],
    [1_536, "1.5KB"],
    [3.2 * gibibyte, "3.2GB"],
    [4 * gibibyte, "4GB"],
    [gibibyte - 1, "1GB"],
    [1_023.5 * 2 ** 20, "1023.5MB"],
    [3_000 * 2 ** 50, "3000PB"],
  ])("writes %i as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe("formatValue", () => {
  it.each([
    [3.97 * gibibyte, "bytes", "3.97 GB"],
    [97.04, "percent", "97 %"],
    [1_234_567, "count", "1,234,567"],
    [0.02, "per-second", "0.02/s"],
    [1_200, "per-second", "1,200/s"],
    [1.504, "ratio", "1.5"],
    [3, "seconds", "3 s"],
    [754, "seconds", "12 min"],
    [864_000, "seconds", "10 d"],
    [0.2, "milliseconds", "0.2 ms"],
    [1_840, "milliseconds", "1.8 s"],
    [950, "microseconds", "950 µs"],
    [35_000, "microseconds", "35 ms"],
    ["noeviction", "text", "noeviction"],
    [true, "text", "yes"],
    [null, "bytes", "unknown"],
  ] as const)("writes %s %s as %s", (value, unit, text) => expect(formatValue(value, unit)).toBe(text));
});

describe("displayWidth", () => {
  it.each([
    ["abc", 3],
    ["日本", 4],
    ["한국", 4],
    ["e\u0301", 1],
    ["🔑", 2],
    ["👩‍🚀", 2],
    ["µs…", 3],
  ])("of %s is %i", (text, width) => expect(displayWidth(text)).toBe(width));

  it("is what truncation keeps to, without halving a character", () => {
    expect(truncate("日本語", 4)).toBe("日…");
    expect(truncate("abcdef", 4)).toBe("abc…");
    expect(truncate("abcd", 4)).toBe("abcd");
  });
});

describe("wrapText", () => {
  it("hangs later lines under the first", () => {
    expect(wrapText("one two three four", 12, "1. ", "   ")).toEqual(["1. one two", "   three", "   four"]);
  });

  it("cuts a word that no line can hold", () => {
    expect(wrapText("abcdefghij", 6, "- ", "  ")).toEqual(["- abcd", "  efgh", "  ij"]);
  });

  it("keeps an empty text as one line", () => {
    expect(wrapText("", 10, "- ")).toEqual(["- "]);
  });
});

describe("printable", () => {
  it("writes out what a terminal would obey and leaves all else", () => {
    expect(printable("a\u001b[0m\n\u009b\u202e é 日本 🔑")).toBe(String.raw`a\x1b[0m\x0a\x9b\u202e é 日本 🔑`);
  });
});
