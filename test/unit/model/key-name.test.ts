import { describe, expect, it } from "vitest";
import { keyText, ownText } from "../../../src/model/key-name.js";

/** One character a byte, as a scan gives names. */
const bytesOf = (text: string) => Buffer.from(text, "utf8").toString("latin1");

describe("keyText", () => {
  it("leaves ASCII as it is", () => {
    expect(keyText("user:1:profile")).toBe("user:1:profile");
  });

  it("reads UTF-8 where the bytes are that", () => {
    expect(keyText(bytesOf("prénom:日本:🗝"))).toBe("prénom:日本:🗝");
  });

  it("keeps a byte order mark, which is part of the name", () => {
    expect(keyText(bytesOf("\ufeffa"))).toBe("\ufeffa");
  });

  it("writes bytes that are no UTF-8 as escapes", () => {
    expect(keyText("id:\xff\x80é")).toBe("id:\\xff\\x80\\xe9");
  });

  it("shows 256 bytes whole", () => {
    expect(keyText("k".repeat(256))).toBe("k".repeat(256));
  });

  it("cuts longer names and says how long they are", () => {
    expect(keyText("k".repeat(1_000_000))).toBe(`${"k".repeat(256)}… (1000000 bytes)`);
  });

  it.each([0, 1, 2, 3])("does not tear a character of UTF-8 where it cuts (%i bytes before)", (before) => {
    const name = bytesOf("a".repeat(before) + "🗝".repeat(100));
    const whole = Math.floor((256 - before) / 4);
    expect(keyText(name)).toBe(`${"a".repeat(before)}${"🗝".repeat(whole)}… (${name.length} bytes)`);
  });

  it("cuts what is no UTF-8 where it stands", () => {
    expect(keyText("\x80".repeat(300))).toMatch(/^(\\x80){253,256}… \(300 bytes\)$/);
  });
});

describe("ownText", () => {
  it.each(["", "k", "a name that is long enough to be kept as a slice", "\xff\x00"])(
    "is equal to what it copies: %j",
    (text) => {
      expect(ownText(`before ${text} after`.slice(7, 7 + text.length))).toBe(text);
    },
  );
});
