import { describe, expect, it } from "vitest";
import { exitCodeOfError } from "../../../src/cli/exit-codes.js";
import { CachectlError, type ErrorKind } from "../../../src/model/errors.js";

function codeOf(kind: ErrorKind, style: "cachectl" | "nagios"): number {
  return exitCodeOfError(new CachectlError(kind, "code", "message", "hint"), style);
}

describe("the exit code of an error", () => {
  it.each([
    ["usage", 2],
    ["profile", 2],
    ["unreached", 3],
    ["change", 4],
    ["interrupted", 130],
  ] as const)("%s is %i", (kind, code) => {
    expect(codeOf(kind, "cachectl")).toBe(code);
  });

  it("is UNKNOWN to Nagios whatever kept the check from looking", () => {
    for (const kind of ["usage", "profile", "unreached", "change"] as const) expect(codeOf(kind, "nagios")).toBe(3);
    expect(codeOf("interrupted", "nagios")).toBe(130);
  });
});
