import { describe, expect, it } from "vitest";
import { compareVersions, isAtLeast, parseVersion } from "../../../src/model/version-number.js";

describe("versions", () => {
  it.each([
    ["8.0.6", [8, 0, 6]],
    ["8.2.0-rc1", [8, 2, 0]],
    ["v7.0.15", [7, 0, 15]],
    ["unknown", null],
    ["", null],
  ])("reads %j as %j", (text, parts) => {
    expect(parseVersion(text)).toEqual(parts);
  });

  it("compares numbers, not text", () => {
    expect(compareVersions("8.10.1", "8.9.2")).toBeGreaterThan(0);
    expect(compareVersions("1.6.9", "1.6.42")).toBeLessThan(0);
    expect(compareVersions("8.0", "8.0.0")).toBe(0);
  });

  it("does not compare what it cannot read", () => {
    expect(compareVersions("unstable", "8.0.0")).toBeNull();
    expect(isAtLeast("unstable", "8.0.0")).toBeNull();
  });
});
