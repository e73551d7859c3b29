import { describe, expect, it } from "vitest";
import { parseMetadump } from "../../../src/protocol/metadump.js";

const origin = { node: "10.0.0.9:11211", readAtMs: 1_795_212_950_123, serverSeconds: 1_795_212_950 };

function parse(text: string) {
  return parseMetadump(Buffer.from(text, "latin1"), origin);
}

const line169 = "key=user%3A1 exp=-1 la=1795212902 cas=2 fetch=no cls=1 size=74\n";
const line1638 = "key=user%3A2 exp=1795213002 la=1795212940 cas=3 fetch=yes cls=2 size=80 flags=5\n";
const line1645 = "key=user%3A3 exp=-1 la=1795212950 cas=4 fetch=yes cls=3 size=81 flags=0 \n";

describe("parseMetadump", () => {
  it("makes columns of the lines of every version", () => {
    const { page, expired, unreadable, other } = parse(line169 + line1638 + line1645);
    expect(page).toEqual({
      node: "10.0.0.9:11211",
      database: 0,
      readAtMs: 1_795_212_950_123,
      names: ["user:1", "user:2", "user:3"],
      types: ["item", "item", "item"],
      bytes: [74, 80, 81],
      elements: [null, null, null],
      ttlMs: [-1, 52_000, -1],
      encodings: [null, null, null],
      idleSeconds: [48, 10, 0],
      frequencies: [null, null, null],
      items: { fetched: [false, true, true], slabClasses: [1, 2, 3] },
    });
    expect({ expired, unreadable, other }).toEqual({ expired: 0, unreadable: 0, other: [] });
  });

  it("decodes names to one character a byte", () => {
    const encoded = "%00%FF%20%01%25-%c3%BC._~plain";
    expect(parse(`key=${encoded} exp=-1 la=1 cas=1 fetch=no cls=1 size=60\n`).page.names).toEqual([
      "\x00\xff \x01%-\xc3\xbc._~plain",
    ]);
  });

  it("reads an item whose fields come in another order, among unknown ones", () => {
    const { page } = parse("key=a ext=yes size=9 extra fetch=yes cls=4 la=1795212900 lag=7 exp=1795212951\r\n");
    expect(page).toMatchObject({ names: ["a"], bytes: [9], ttlMs: [1_000], idleSeconds: [50] });
    expect(page.items).toEqual({ fetched: [true], slabClasses: [4] });
  });

  it("gives what is no item by itself, without line ends", () => {
    const { page, other } = parse(`OK\r\n${line169}END\r\n`);
    expect(page.names).toEqual(["user:1"]);
    expect(other).toEqual(["OK", "END"]);
    expect(parse("BUSY currently processing crawler request\r\n").other).toEqual([
      "BUSY currently processing crawler request",
    ]);
    expect(parse("ERROR locked try again later\r\n").other).toEqual(["ERROR locked try again later"]);
  });

  it("counts items that have expired and does not hand them on", () => {
    const expired = "key=gone exp=1795212950 la=1 cas=1 fetch=no cls=1 size=60\n";
    const { page, ...rest } = parse(expired + line169 + expired + line1645);
    expect(rest).toEqual({ expired: 2, unreadable: 0, other: [] });
    expect(page.names).toEqual(["user:1", "user:3"]);
  });

  it.each([
    ["a size", "key=a exp=-1 la=1 cas=1 fetch=no cls=1\n"],
    ["a name", "key= exp=-1 la=1 cas=1 fetch=no cls=1 size=1\n"],
    ["an expiry that is a number", "key=a exp=x la=1 cas=1 fetch=no cls=1 size=1\n"],
    ["whether it was fetched", "key=a exp=-1 la=1 cas=1 cls=1 size=1\n"],
    ["anything but a name", "key=a\n"],
  ])("counts a line without %s as unreadable", (_, line) => {
    const { page, unreadable } = parse(line169 + line + line1645);
    expect(unreadable).toBe(1);
    expect(page.names).toEqual(["user:1", "user:3"]);
  });

  it("does not make an age negative for an item that was used just now", () => {
    expect(parse("key=a exp=-1 la=1795212951 cas=1 fetch=yes cls=1 size=60\n").page.idleSeconds).toEqual([0]);
  });

  it("reads a dump of nothing", () => {
    expect(parse("END\r\n").page.names).toEqual([]);
    expect(parse("").other).toEqual([]);
  });
});
