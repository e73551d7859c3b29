import { describe, expect, it } from "vitest";
import { endOfMemcachedAnswer } from "../../../src/protocol/memcached-answer.js";

describe("endOfMemcachedAnswer", () => {
  it.each(["VERSION 1.6.9\r\n", "OK\r\n", "ERROR\r\n", "CLIENT_ERROR unauthenticated\r\n", "STAT pid 1\r\nEND\r\n"])(
    "finds the end of %j and leaves what follows",
    (answer) => {
      expect(endOfMemcachedAnswer(`${answer}STAT pid 1\r\n`)).toBe(answer.length);
    },
  );

  it("waits while an answer is not all there", () => {
    for (const part of ["", "VERS", "VERSION 1.6.9\r", "STAT pid 1\r\n", "STAT pid 1\r\nEND"])
      expect(endOfMemcachedAnswer(part)).toBeNull();
  });

  it("does not take data for the end of an answer", () => {
    const answer = "VALUE k 0 5\r\nEND\r\n\r\nEND\r\n";
    expect(endOfMemcachedAnswer(answer)).toBe(answer.length);
    expect(endOfMemcachedAnswer(answer.slice(0, -5))).toBeNull();
  });

  it.each(["HTTP/1.1 400 Bad Request\r\n", "-ERR unknown command 'version'\r\n", "x".repeat(5_000)])(
    "says that this is no Memcached: %j",
    (text) => {
      expect(() => endOfMemcachedAnswer(text)).toThrow("not the protocol");
    },
  );
});
