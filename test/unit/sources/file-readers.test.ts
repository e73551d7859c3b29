import { describe, expect, it } from "vitest";
import { CsvReader } from "../../../src/sources/files/csv-reader.js";
import { JsonArrayReader } from "../../../src/sources/files/json-array-reader.js";
import { NdjsonReader } from "../../../src/sources/files/ndjson-reader.js";
import type { ReadRows, RowReader } from "../../../src/sources/files/row-reader.js";

/** All of `text`, given in pieces of `size` bytes. */
function readAll(reader: RowReader, text: string | Buffer, size: number): Omit<ReadRows, "usedBytes"> {
  const bytes = Buffer.from(text);
  const all: Omit<ReadRows, "usedBytes"> = { rows: [], numbers: [], rejected: [] };
  let rest = Buffer.alloc(0);
  for (let at = 0; at <= bytes.length; at += size) {
    const last = at + size > bytes.length;
    const piece = Buffer.concat([rest, bytes.subarray(at, at + size)]);
    const read = reader.read(piece, last);
    rest = piece.subarray(read.usedBytes);
    all.rows.push(...read.rows);
    all.numbers.push(...read.numbers);
    all.rejected.push(...read.rejected);
  }
  return all;
}

const sizes = [1, 2, 3, 7, 1_000];

describe.each(sizes)("in pieces of %d bytes", (size) => {
  it("NDJSON gives every line with its number, and rejects what is none", () => {
    const text = '{"a":"é"}\r\n\nno\n[1]\n{"a":2}';
    const { rows, numbers, rejected } = readAll(new NdjsonReader({ count: 0 }), text, size);
    expect(rows).toEqual([{ a: "é" }, { a: 2 }]);
    expect(numbers).toEqual([1, 5]);
    expect(rejected.map(({ number }) => number)).toEqual([3, 4]);
  });

  it("CSV knows quotes, doubled quotes, line ends within, and the wrong number of fields", () => {
    const text = 'id,name\r\n1,"a ""b"", c"\r\n2,"two\nlines"\n3\n4,é\n';
    const { rows, numbers, rejected } = readAll(new CsvReader(",", null, { count: 0 }), text, size);
    expect(rows).toEqual([
      { id: "1", name: 'a "b", c' },
      { id: "2", name: "two\nlines" },
      { id: "4", name: "é" },
    ]);
    expect(numbers).toEqual([2, 3, 6]);
    expect(rejected).toEqual([{ number: 5, reason: "1 fields where the file has 2 columns", text: "3" }]);
  });

  it("a JSON array gives its elements, with brackets and escapes in texts", () => {
    const text = ' [ {"a":"]}\\"{"} , {"b":[{"c":1}]}, 5 ] \n';
    const { rows, rejected } = readAll(new JsonArrayReader({ count: 0 }, false), text, size);
    expect(rows).toEqual([{ a: ']}"{' }, { b: [{ c: 1 }] }]);
    expect(rejected).toMatchObject([{ number: 3, reason: "not a JSON object" }]);
  });
});

it("NDJSON rejects a line that is not UTF-8, and only that one", () => {
  const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{"a":3}\n')]);
  const { rows, rejected } = readAll(new NdjsonReader({ count: 0 }), bytes, 1_000);
  expect(rows).toEqual([{ a: 1 }, { a: 3 }]);
  expect(rejected).toMatchObject([{ number: 2, reason: "not UTF-8" }]);
});

it("NDJSON keeps a row's own text, without what surrounds it", () => {
  expect(new NdjsonReader({ count: 0 }).read(Buffer.from(' {"a": 1}\r\n'), true).json).toEqual(['{"a": 1}']);
});

describe("a file that was cut off", () => {
  it("is no JSON array", () => {
    expect(() => readAll(new JsonArrayReader({ count: 0 }, false), '[{"a":1},', 1_000)).toThrow("middle of the array");
    expect(() => readAll(new JsonArrayReader({ count: 0 }, false), "", 1_000)).toThrow("middle of the array");
  });

  it("is no CSV within quotes", () => {
    expect(() => readAll(new CsvReader(",", null, { count: 0 }), 'a\n"b', 1_000)).toThrow("never end");
  });
});
