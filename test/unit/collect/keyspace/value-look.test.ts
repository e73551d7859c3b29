import { expect, it } from "vitest";
import { lookAtValue } from "../../../../src/collect/keyspace/value-look.js";

const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

it.each(['{"a":1}', "[1,2]", ' {"name":"Zoë"} ', "[]", "{}"])("takes %s for JSON", (text) => {
  const bytes = latin1(text);
  expect(lookAtValue(bytes, bytes.length).json).toBe(true);
});

it.each(["123", '"text"', '{"a":1', "{a:1}", "[INFO] started", "", "{{template}}"])("takes %j for no JSON", (text) => {
  expect(lookAtValue(text, text.length).json).toBe(false);
});

it("takes the beginning of a long document for JSON", () => {
  expect(lookAtValue('{"items":[{"id":1},{"i', 90_000)).toMatchObject({ json: true, length: 90_000, readBytes: 22 });
});

it("says how far the bytes shrink", () => {
  expect(lookAtValue("abcd".repeat(1000), 4000).deflatedRatio).toBeLessThan(0.05);
  expect(lookAtValue("", 0).deflatedRatio).toBe(1);
});
