import { describe, expect, it } from "vitest";
import { ReplyError, type BulkReply } from "../../../src/model/node-port.js";
import { encodeArgument, encodeCommand, RespReader } from "../../../src/protocol/resp.js";

function readAll(pieces: Iterable<string>): BulkReply[] {
  const reader = new RespReader();
  const replies: BulkReply[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
  }
  return replies;
}

const kinds: [what: string, sent: string, reply: BulkReply][] = [
  ["a usual status", "+OK\r\n", "OK"],
  ["an unusual status", "+zset-like thing\r\n", "zset-like thing"],
  ["an empty status", "+\r\n", ""],
  ["an error", "-NOPERM no permissions\r\n", new ReplyError("NOPERM no permissions")],
  ["an integer", ":1234567890123\r\n", 1_234_567_890_123],
  ["a negative integer", ":-2\r\n", -2],
  ["a text", "$5\r\nhello\r\n", "hello"],
  ["an empty text", "$0\r\n\r\n", ""],
  ["a text with line ends and what looks like a reply", "$9\r\na\r\n:1\r\n\r\n\r\n", "a\r\n:1\r\n\r\n"],
  ["any bytes", "$4\r\n\x00\xff\x80\n\r\n", "\x00\xff\x80\n"],
  ["a missing text", "$-1\r\n", null],
  ["a missing array", "*-1\r\n", null],
  ["an empty array", "*0\r\n", []],
  [
    "an array of everything",
    "*5\r\n+OK\r\n:7\r\n$-1\r\n$1\r\nx\r\n-ERR no\r\n",
    ["OK", 7, null, "x", new ReplyError("ERR no")],
  ],
  [
    "arrays in arrays, empty and missing",
    "*4\r\n*2\r\n:1\r\n*0\r\n*-1\r\n*1\r\n*1\r\n$1\r\na\r\n:9\r\n",
    [[1, []], null, [["a"]], 9],
  ],
  ["an array that ends with an empty one", "*2\r\n:1\r\n*1\r\n*0\r\n", [1, [[]]]],
];

describe("RespReader", () => {
  it.each(kinds)("reads %s", (_, sent, reply) => {
    expect(readAll([sent])).toEqual([reply]);
  });

  it.each(kinds)("reads %s wherever it is cut in two", (_, sent, reply) => {
    for (let cut = 1; cut < sent.length; cut++) expect(readAll([sent.slice(0, cut), sent.slice(cut)])).toEqual([reply]);
  });

  it("reads replies one after the other, a byte at a time or all at once", () => {
    const sent = kinds.map(([, text]) => text).join("");
    const replies = kinds.map(([, , reply]) => reply);
    expect(readAll([sent])).toEqual(replies);
    expect(readAll(sent)).toEqual(replies);
  });

  it("has no reply before the last byte is there", () => {
    const reader = new RespReader();
    reader.push("*2\r\n$3\r\nfoo\r\n$3\r\nba");
    expect(reader.next()).toBeUndefined();
    reader.push("r\r");
    expect(reader.next()).toBeUndefined();
    reader.push("\n");
    expect(reader.next()).toEqual(["foo", "bar"]);
    expect(reader.next()).toBeUndefined();
  });

  it("copies a large value once, however small the pieces are", () => {
    const value = "v".repeat(1_000_000);
    const sent = `*2\r\n$${value.length}\r\n${value}\r\n:1\r\n`;
    const pieces: string[] = [];
    for (let at = 0; at < sent.length; at += 50) pieces.push(sent.slice(at, at + 50));
    // Copied for each piece, these would be ten gigabytes.
    expect(readAll(pieces)).toEqual([[value, 1]]);
  });

  it("keeps an array open over many pieces", () => {
    const items = Array.from({ length: 50_000 }, (_, i) => `key:${i}`);
    const sent = encodeCommand(...items);
    const pieces: string[] = [];
    for (let at = 0; at < sent.length; at += 7) pieces.push(sent.slice(at, at + 7));
    expect(readAll(pieces)).toEqual([items]);
  });

  it.each([
    ["a web server", "HTTP/1.1 400 Bad Request\r\n", "not the protocol: HTTP/1.1 400 Bad Request"],
    ["Memcached", "ERROR\r\n", "not the protocol: ERROR"],
    ["RESP3, which nobody asked for", "%1\r\n+a\r\n:1\r\n", "not the protocol: %1"],
    ["a greeting without a line end", "SSH-2.0-OpenSSH", "not the protocol: SSH-2.0-OpenSSH"],
    ["a TLS alert", "\x15\x03\x01\x00\x02\x02\x46", "RESP type 21"],
    ["a length that is no number", "$abc\r\n", "not the protocol: $abc"],
    ["an integer without digits", ":-\r\n", "not the protocol: :-"],
    ["an empty length", "*\r\n", "not the protocol: *"],
    ["a line without end", `+${"x".repeat(70_000)}`, "not the protocol: +xxx"],
  ])("rejects %s", (_, sent, message) => {
    expect(() => readAll([sent])).toThrow(message);
  });
});

describe("encoding", () => {
  it("counts bytes of any kind", () => {
    expect(encodeCommand("SET", "k\xff", "")).toBe("*3\r\n$3\r\nSET\r\n$2\r\nk\xff\r\n$0\r\n\r\n");
    expect(encodeArgument("a\r\nb")).toBe("$4\r\na\r\nb\r\n");
  });

  it("is what the reader reads", () => {
    expect(readAll([encodeCommand("GET", "a b", "\x00")])).toEqual([["GET", "a b", "\x00"]]);
  });
});
