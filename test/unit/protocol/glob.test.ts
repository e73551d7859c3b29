import { describe, expect, it } from "vitest";
import { globMatches } from "../../../src/protocol/glob.js";

describe("globMatches", () => {
  it.each([
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["user:*", "user:1", true],
    ["user:*", "users", false],
    ["*:profile", "user:1:profile", true],
    ["*a*b", "xaxbxb", true],
    ["*a*b", "xbxa", false],
    ["h?llo", "hello", true],
    ["h?llo", "hllo", false],
    ["h[ae]llo", "hallo", true],
    ["h[ae]llo", "hillo", false],
    ["h[^e]llo", "hallo", true],
    ["h[^e]llo", "hello", false],
    ["h[a-c]llo", "hbllo", true],
    ["h[c-a]llo", "hbllo", true],
    ["h[a-c]llo", "hdllo", false],
    [String.raw`[\]]`, "]", true],
    [String.raw`a\*b`, "a*b", true],
    [String.raw`a\*b`, "axb", false],
    ["[ab", "b", true],
    ["\xc3\xbc*", "\xc3\xbcber", true],
  ])("%s on %s: %s", (pattern, name, matches) => {
    expect(globMatches(pattern, name)).toBe(matches);
  });

  it("does not blow up on many stars", () => {
    expect(globMatches("*a".repeat(40) + "*b", "a".repeat(2_000))).toBe(false);
  });
});
