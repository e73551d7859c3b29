import { describe, expect, it } from "vitest";
import { duration, durationOrZero, selectionOf } from "../../../src/cli/selection.js";
import { formatOf } from "../../../src/cli/output.js";

describe("what a command line selects", () => {
  it("overrides nothing that was not said", () => {
    expect(selectionOf(["a"], {})).toEqual({
      profiles: [],
      labels: {},
      targets: ["a"],
      profilesDirectory: null,
      overrides: {},
    });
  });

  it("lets one timeout hold for connecting and for each command", () => {
    expect(selectionOf([], { timeout: 500, user: "ops" }).overrides).toEqual({
      connectMs: 500,
      commandMs: 500,
      username: "ops",
    });
  });

  it("takes a bare 0 only where it means none", () => {
    expect([durationOrZero("0"), durationOrZero("1.5s")]).toEqual([0, 1_500]);
    expect(() => durationOrZero("5")).toThrow("500ms");
    expect(() => duration("0s")).toThrow("from 1ms");
  });

  it("refuses a duration that Node's timers would cut to nothing", () => {
    expect(duration("1440m")).toBe(86_400_000);
    expect(() => duration("40000m")).toThrow("to 1440m");
  });
});

describe("the format", () => {
  const flags = { color: true, exitStyle: "cachectl" as const };

  it("is a table unless asked otherwise", () => {
    expect(formatOf(flags)).toBe("table");
    expect(formatOf({ ...flags, json: true })).toBe("json");
    expect(formatOf({ ...flags, output: "ndjson" })).toBe("ndjson");
  });

  it("is the plugin's line in the style of Nagios, unless named", () => {
    expect(formatOf({ ...flags, exitStyle: "nagios" })).toBe("nagios");
    expect(formatOf({ ...flags, exitStyle: "nagios", json: true })).toBe("json");
  });

  it("is not two at once", () => {
    expect(formatOf({ ...flags, json: true, output: "json" })).toBe("json");
    expect(() => formatOf({ ...flags, json: true, output: "table" })).toThrow("disagree");
  });
});
