import { describe, expect, it } from "vitest";
import { NameBytes } from "../../../src/model/name-bytes.js";

function textsOf(names: NameBytes): string[] {
  return Array.from({ length: names.count }, (_, i) =>
    Buffer.from(names.bytes.subarray(names.startOf(i), names.endOf(i))).toString("latin1"),
  );
}

describe("NameBytes", () => {
  it.each([
    ["of a page", ["user:1", "user:22", "x"]],
    ["that are empty", ["", "a", "", ""]],
    ["of any bytes", ["\0", "\xff\x80\r\n", "a\0b"]],
    ["that are many and long", Array.from({ length: 5_000 }, (_, i) => `${"n".repeat(i % 300)}${i}`)],
    ["none", []],
  ])("gives back the names %s", (_, list) => {
    const names = new NameBytes();
    names.take(["something", "else"]);
    names.take(list);
    expect(textsOf(names)).toEqual(list);
  });

  it("takes no more of a name than it is told, so that a page of long ones costs little", () => {
    const names = new NameBytes();
    names.take(["abc", "d".repeat(6_000_000), "", "ef"], 5);
    expect(textsOf(names)).toEqual(["abc", "ddddd", "", "ef"]);
    expect(names.bytes.length).toBeLessThan(100_000);
  });

  it("has a zero after each name, also where a longer page was before", () => {
    const names = new NameBytes();
    names.take(["1234567890"]);
    names.take(["12", "34"]);
    expect([names.bytes[names.endOf(0)], names.bytes[names.endOf(1)]]).toEqual([0, 0]);
  });
});
