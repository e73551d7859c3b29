import { describe, expect, it } from "vitest";
import { replyList, replyMap, replyNumber, textMap } from "../../../src/protocol/replies.js";

describe("replies", () => {
  it("reads a flat list as text by name and leaves nested values out", () => {
    expect(textMap(["maxmemory", "0", "port", 6379, "nested", ["x"], "none", null])).toEqual({
      maxmemory: "0",
      port: "6379",
    });
  });

  it("ignores a name without a value", () => {
    expect(textMap(["maxmemory", "0", "odd"])).toEqual({ maxmemory: "0" });
    expect([...replyMap(["maxmemory", "0", "odd"]).keys()]).toEqual(["maxmemory"]);
  });

  it("keeps nested values in a map", () => {
    expect(replyMap(["db.0", ["a", 1], "n", null])).toEqual(
      new Map<string, unknown>([
        ["db.0", ["a", 1]],
        ["n", null],
      ]),
    );
  });

  it("takes anything that is no list for an empty one", () => {
    expect([replyList("OK"), replyList(null), replyList(undefined), textMap("OK")]).toEqual([[], [], [], {}]);
  });

  it("reads numbers from integers and text, and nothing from the rest", () => {
    expect([7, "7.5", "", " ", "OK", "inf", null, ["7"]].map(replyNumber)).toEqual([
      7,
      7.5,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});
