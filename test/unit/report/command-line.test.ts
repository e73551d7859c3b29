import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { NodeIdentity } from "../../../src/model/node.js";
import { commandLine } from "../../../src/report/command-line.js";

const redis: NodeIdentity = {
  address: "10.0.0.5:6379",
  family: "redis",
  role: "primary",
  cliArguments: ["-h", "10.0.0.5", "-p", "6379"],
};
const memcached: NodeIdentity = { ...redis, address: "10.0.0.9:11211", family: "memcached" };

const line = (node: NodeIdentity, ...argv: string[]) => commandLine({ kind: "server", node: node.address, argv }, node);

/** What a POSIX shell makes of the line: the words that redis-cli would get. */
function wordsInShell(text: string): string[] {
  const output = execFileSync("sh", ["-c", text.replace(/^redis-cli/, String.raw`printf '%s\0'`)], {
    encoding: "utf8",
  });
  return output.split("\0").slice(0, -1);
}

describe("a redis-cli line", () => {
  it("is the node's arguments and the command, quoted only where a shell needs it", () => {
    expect(line(redis, "CONFIG", "SET", "maxmemory", "4294967296")).toBe(
      "redis-cli -h 10.0.0.5 -p 6379 CONFIG SET maxmemory 4294967296",
    );
    expect(line(redis, "CONFIG", "SET", "save", "")).toBe("redis-cli -h 10.0.0.5 -p 6379 CONFIG SET save ''");
  });

  it.each([
    ["a b"],
    ["it's"],
    ["$(reboot)"],
    ["`reboot`"],
    ["a;b|c&d"],
    ["~"],
    ["*"],
    ["!x"],
    ['"'],
    ["\\"],
    ["=x"],
    ["ключ 🔑"],
  ])("hands %j through a shell unchanged", (word) => {
    expect(wordsInShell(line(redis, "TYPE", word))).toEqual(["-h", "10.0.0.5", "-p", "6379", "TYPE", word]);
  });

  it("quotes what comes from the profile too", () => {
    const node = { ...redis, cliArguments: ["-s", "/run/my redis.sock", "--user", "o'neil"] };
    expect(wordsInShell(line(node, "PING"))).toEqual(["-s", "/run/my redis.sock", "--user", "o'neil", "PING"]);
  });

  it("writes control characters in redis-cli's own notation and holds none itself", () => {
    const text = line(redis, "TYPE", 'a\u0000b\n"\u001b[2J\u009b');
    expect(text).toBe(String.raw`redis-cli -h 10.0.0.5 -p 6379 --quoted-input TYPE '"a\x00b\x0a\"\x1b[2J\xc2\x9b"'`);
  });
});

describe("a Memcached line", () => {
  const sent = (text: string) => execFileSync("sh", ["-c", text.replace(/ \| nc .*$/, "")], { encoding: "utf8" });

  it("sends the command, then quit, so that the connection ends", () => {
    expect(line(memcached, "cache_memlimit", "1024")).toBe(
      String.raw`printf 'cache_memlimit 1024\r\nquit\r\n' | nc 10.0.0.9 11211`,
    );
  });

  it.each([["100%d"], ["it's"], ["a\\nb"], ["k\u001b[2J"]])("sends %j unchanged", (word) => {
    expect(sent(line(memcached, "get", word))).toBe(`get ${word}\r\nquit\r\n`);
  });

  it("reaches IPv6 addresses and sockets", () => {
    expect(line({ ...memcached, address: "[fd00::1]:11211" }, "stats")).toContain("| nc fd00::1 11211");
    expect(line({ ...memcached, address: "unix:/run/m c.sock" }, "stats")).toContain("| nc -U '/run/m c.sock'");
  });
});
