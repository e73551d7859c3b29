import { describe, expect, it } from "vitest";
import { commandBeginning, KeyCommands } from "../../../src/protocol/key-commands.js";
import { encodeCommand } from "../../../src/protocol/resp.js";

const textOf = (keys: KeyCommands) => Buffer.from(keys.request).toString("latin1");

describe("KeyCommands", () => {
  it("encodes as encodeCommand does, whatever the length and the bytes of a name", () => {
    const names = [
      "",
      "a",
      "n".repeat(9),
      "n".repeat(10),
      "n".repeat(99),
      "n".repeat(100),
      "n".repeat(12_345),
      "\xff\0\r\n",
    ];
    const keys = new KeyCommands();
    keys.about(names);
    const [type, usage] = [commandBeginning("TYPE"), commandBeginning("MEMORY", "USAGE")];
    for (let i = 0; i < names.length; i++) {
      keys.add(type, i);
      keys.add(usage, i);
    }
    const expected = names.map((name) => encodeCommand("TYPE", name) + encodeCommand("MEMORY", "USAGE", name));
    expect(textOf(keys)).toBe(expected.join(""));
  });

  it("grows with what is put together, and begins anew for other keys", () => {
    const keys = new KeyCommands();
    const names = Array.from({ length: 20_000 }, (_, i) => `key:${i}`);
    keys.about(names);
    const type = commandBeginning("TYPE");
    for (let i = 0; i < names.length; i++) keys.add(type, i);
    expect(textOf(keys)).toBe(names.map((name) => encodeCommand("TYPE", name)).join(""));
    keys.clear();
    expect(textOf(keys)).toBe("");
    keys.add(type, 7);
    expect(textOf(keys)).toBe(encodeCommand("TYPE", "key:7"));
    keys.about(["other"]);
    keys.add(type, 0);
    expect([textOf(keys), keys.count]).toEqual([encodeCommand("TYPE", "other"), 1]);
  });
});
