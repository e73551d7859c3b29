import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { loadIoredis } from "../../../src/connect/load-ioredis.js";

/** Whether V8 compiles lookups in an object in place; it keeps others as dictionaries. */
function isFast(object: object): boolean {
  setFlagsFromString("--allow-natives-syntax");
  return (runInNewContext("(object) => %HasFastProperties(object)") as (object: object) => boolean)(object);
}

it("leaves String.prototype as fast as it was before ioredis was loaded", () => {
  expect(isFast(String.prototype)).toBe(true);
  expect(loadIoredis().Redis.name).toBe("Redis");
  expect(isFast(String.prototype)).toBe(true);
});
