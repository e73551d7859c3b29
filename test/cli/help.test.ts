import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.js";

describe("help", () => {
  it.each([
    [[]],
    [["analyze"]],
    [["explain"]],
    [["profiles"]],
    [["profiles", "list"]],
    [["profiles", "show"]],
    [["profiles", "check"]],
    [["profiles", "init"]],
    [["sentinel"]],
    [["sentinel", "check"]],
  ])("of %j leads with examples and is printed to standard output", async (verb) => {
    const run = await runCli([...verb, "--help"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^Examples:\n {2}cachectl /);
    expect(run.stdout).toContain("Usage: cachectl");
    expect(run.stderr).toBe("");
  });

  it("is not needed for the version", async () => {
    for (const flag of ["--version", "-V"])
      expect(await runCli([flag])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
      });
  });
});
