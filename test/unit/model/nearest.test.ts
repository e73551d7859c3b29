import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "../../../src/model/nearest.js";

describe("nearest", () => {
  it.each([
    ["usrename", "username"],
    ["pasword", "password"],
    ["Nodes", "nodes"],
    ["tsl", "tls"],
  ])("takes %s for %s", (typed, meant) => {
    expect(nearest(typed, ["url", "tls", "nodes", "username", "password"])).toBe(meant);
  });

  it("suggests nothing when more than a third is wrong", () => {
    expect(nearest("banana", ["username", "password"])).toBeNull();
    expect(nearest("ab", ["tls"])).toBeNull();
    expect(nearest("d", ["a"])).toBeNull();
  });

  it("prefers the nearer candidate, and of equals the first", () => {
    expect(nearest("prod-c", ["prod-aa", "prod-a", "prod-b"])).toBe("prod-a");
  });

  it("handles empty input on either side", () => {
    expect(nearest("", ["abc"])).toBeNull();
    expect(nearest("abc", [])).toBeNull();
  });
});

describe("didYouMean", () => {
  it("is a clause to append, or nothing", () => {
    expect(didYouMean("usrename", ["username"])).toBe(" (did you mean `username`?)");
    expect(didYouMean("banana", ["username"])).toBe("");
  });
});
