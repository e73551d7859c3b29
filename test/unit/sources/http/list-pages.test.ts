import { describe, expect, it } from "vitest";
import { retryAfterMs } from "../../../../src/sources/http/fetch-url.js";
import { linkNext } from "../../../../src/sources/http/list-pages.js";

describe("linkNext", () => {
  it.each([
    ['<https://a/?page=2>; rel="next"', "https://a/?page=2"],
    ['<https://a/?x=1,2>; rel=prev, <https://a/?x=3>; title="a, b"; rel=next', "https://a/?x=3"],
    ['</2>; rel="last next"', "/2"],
    ['</2>; rel="nextish", </3>; rel=next-page', null],
    ["garbage", null],
    [null, null],
  ])("%s", (header, next) => {
    expect(linkNext(header)).toBe(next);
  });
});

describe("retryAfterMs", () => {
  it("takes seconds and dates, and nothing else", () => {
    const now = Date.parse("2026-01-02T03:04:05Z");
    expect(retryAfterMs("7", now)).toBe(7_000);
    expect(retryAfterMs("Fri, 02 Jan 2026 03:04:15 GMT", now)).toBe(10_000);
    expect(retryAfterMs("Fri, 02 Jan 2026 03:04:00 GMT", now)).toBe(0);
    expect(retryAfterMs("soon", now)).toBeNull();
    expect(retryAfterMs(undefined, now)).toBeNull();
  });
});
