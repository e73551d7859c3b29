import { describe, expect, it } from "vitest";
import { parseMonitorLine } from "../../../src/protocol/monitor-line.js";

function keysOf(command: string): string[] | undefined {
  return parseMonitorLine(`1339518083.107412 [0 127.0.0.1:60866] ${command}`)?.keys;
}

describe("parseMonitorLine", () => {
  it("tells database, client and key of a line", () => {
    expect(parseMonitorLine('+1339518083.107412 [3 10.0.0.9:60866] "get" "user:1"')).toEqual({
      database: 3,
      client: "10.0.0.9:60866",
      keys: ["user:1"],
    });
  });

  it("knows clients by IPv6, by socket file, and scripts", () => {
    const clients = ["[::1]:60866", "unix:/run/redis.sock", "lua"];
    const read = clients.map((client) => parseMonitorLine(`1.0 [0 ${client}] "GET" "x"`)?.client);
    expect(read).toEqual(clients);
  });

  it("takes a name apart from what the server wrote for its bytes", () => {
    expect(keysOf(String.raw`"get" "a\"b\\c\n\r\t\a\b\x00\xff"`)).toEqual(['a"b\\c\n\r\t\x07\b\x00\xff']);
  });

  it("is not misled by quotes and backslashes at the end of a word", () => {
    expect(keysOf(String.raw`"mget" "a\\" "b\"" "c"`)).toEqual(["a\\", 'b"', "c"]);
  });

  it("reads what Valkey 8.1.1 writes without escapes", () => {
    expect(keysOf(String.raw`"GET" "hot "key"\n\"`)).toEqual(['hot "key"\n\\']);
    expect(keysOf('"MGET" "a"b" "c d"')).toEqual(['a"b', "c d"]);
  });

  it.each([
    ['"SET" "k" "v" "EX" "10"', ["k"]],
    ['"del" "a" "b" "c"', ["a", "b", "c"]],
    ['"mset" "a" "1" "b" "2"', ["a", "b"]],
    ['"rename" "a" "b"', ["a", "b"]],
    ['"blpop" "a" "b" "0"', ["a", "b"]],
    ['"bitop" "AND" "dest" "a" "b"', ["dest", "a", "b"]],
    ['"object" "freq" "k"', ["k"]],
    ['"xinfo" "stream" "k"', ["k"]],
    ['"zunion" "2" "a" "b" "WITHSCORES"', ["a", "b"]],
    ['"zunionstore" "dest" "2" "a" "b" "WEIGHTS" "1" "2"', ["dest", "a", "b"]],
    ['"blmpop" "0" "2" "a" "b" "LEFT"', ["a", "b"]],
    ['"msetex" "2" "a" "1" "b" "2" "EX" "5"', ["a", "b"]],
    ['"xread" "COUNT" "1" "STREAMS" "a" "b" "0" "0"', ["a", "b"]],
    ['"some.module" "k" "other"', ["k"]],
  ])("finds the keys of %s", (command, keys) => {
    expect(keysOf(command)).toEqual(keys);
  });

  it("finds none where a command has none", () => {
    const commands = ['"ping"', '"info" "all"', '"publish" "channel" "x"', '"scan" "0" "COUNT" "10"', '"get"'];
    expect(commands.map(keysOf)).toEqual(commands.map(() => []));
  });

  it("leaves a script's keys to the calls that it makes", () => {
    expect(keysOf('"eval" "return redis.call(\'get\', KEYS[1])" "1" "k"')).toEqual([]);
    expect(parseMonitorLine('1.0 [0 lua] "get" "k"')?.keys).toEqual(["k"]);
  });

  it("gives the keys that stand before a cut", () => {
    expect(keysOf('"mget" "a" "b" "long-na')).toEqual(["a", "b"]);
    expect(keysOf('"set" "k" "a long val')).toEqual(["k"]);
    expect(keysOf('"get" "long-na')).toEqual([]);
  });

  it("believes no number of keys that is beyond the line", () => {
    expect(keysOf('"zunion" "1000000000" "a" "b"')).toEqual(["a", "b"]);
    expect(keysOf('"zunion" "many" "a"')).toEqual([]);
  });

  it("is null for what is no such line", () => {
    expect(["OK", "", "1.0 [0 lua", '1.0 [x lua] "get" "k"'].map(parseMonitorLine)).toEqual([null, null, null, null]);
  });
});
