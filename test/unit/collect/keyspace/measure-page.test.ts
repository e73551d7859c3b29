import { describe, expect, it } from "vitest";
import { without, type AskedCommands } from "../../../../src/collect/keyspace/asked-commands.js";
import { PassingError } from "../../../../src/collect/keyspace/error-reply.js";
import { addLengths, addMeasuring } from "../../../../src/collect/keyspace/measure-request.js";
import { readPage, type PageReading } from "../../../../src/collect/keyspace/read-page.js";
import { ReplyError, type BulkReply } from "../../../../src/model/node-port.js";
import { KeyCommands } from "../../../../src/protocol/key-commands.js";
import { RespReader } from "../../../../src/protocol/resp.js";

const everything: AskedCommands = {
  type: true,
  knownType: null,
  memory: true,
  ttl: true,
  encoding: true,
  idle: "some",
  frequency: "none",
  countedTypes: new Set(["hash", "list", "set", "zset", "stream"]),
};

/** Key 32 of a scan is asked for more, those after it are not. */
const plain = 1;

interface Asked {
  commands: BulkReply[];
  count: number;
}

function askedOf(names: string[], add: (keys: KeyCommands) => number): Asked {
  const keys = new KeyCommands();
  keys.about(names);
  const count = add(keys);
  return { commands: commandsOf(keys.request), count };
}

const measuring = (names: string[], asked: AskedCommands, firstNumber: number) =>
  askedOf(names, (keys) => addMeasuring(keys, asked, firstNumber));

const lengthsOf = (names: string[], replies: BulkReply[], asked: AskedCommands, firstNumber: number) =>
  askedOf(names, (keys) => addLengths(keys, replies, asked, firstNumber));

function commandsOf(request: Uint8Array): BulkReply[] {
  const reader = new RespReader();
  reader.push(Buffer.from(request).toString("latin1"));
  const commands: BulkReply[] = [];
  for (let next = reader.next(); next !== undefined; next = reader.next()) commands.push(next);
  return commands;
}

function read(
  names: string[],
  replies: BulkReply[],
  { asked = everything, firstNumber = plain, lengths = [] as BulkReply[] } = {},
): PageReading {
  return readPage({
    node: "10.0.0.1:6379",
    database: 0,
    readAtMs: 1_000,
    names,
    asked,
    firstNumber,
    replies,
    lengthReplies: lengths,
  });
}

const noCommand = new ReplyError("NOPERM User a has no permissions to run the 'memory|usage' command");
const noKey = new ReplyError("NOPERM No permissions to access a key");

describe("addMeasuring", () => {
  it("asks type, memory with a bounded sample, and TTL of each key", () => {
    const { commands, count } = measuring(["a", "bb"], everything, plain);
    const expected = ["a", "bb"].flatMap((key) => [
      ["TYPE", key],
      ["MEMORY", "USAGE", key],
      ["PTTL", key],
    ]);
    expect(commands).toEqual(expected);
    expect(count).toBe(6);
  });

  it("asks encoding and idle time of every 32nd key of the scan, whatever the pages", () => {
    const names = Array.from({ length: 40 }, (_, i) => `k${i}`);
    const inOne = measuring(names, everything, 30).commands;
    const inTwo = [
      ...measuring(names.slice(0, 7), everything, 30).commands,
      ...measuring(names.slice(7), everything, 37).commands,
    ];
    expect(inTwo).toEqual(inOne);
    const objects = inOne.filter((command) => Array.isArray(command) && command[0] === "OBJECT");
    expect(objects).toEqual(
      ["k2", "k34"].flatMap((key) => ["ENCODING", "IDLETIME"].map((sub) => ["OBJECT", sub, key])),
    );
  });

  it.each([0, 1, 31, 32, 33, 64])("counts its commands right from key %d on", (firstNumber) => {
    for (const names of [0, 1, 31, 32, 33, 65]) {
      const list = Array.from({ length: names }, (_, i) => `k${i}`);
      for (const asked of [
        everything,
        { ...everything, type: false, frequency: "all" as const, idle: "none" as const },
      ]) {
        const { commands, count } = measuring(list, asked, firstNumber);
        expect(commands).toHaveLength(count);
      }
    }
  });

  it("leaves out what was refused", () => {
    const asked = ["MEMORY USAGE", "PTTL", "OBJECT ENCODING", "OBJECT IDLETIME"].reduce(without, everything);
    expect(measuring(["a"], asked, 0)).toEqual({ commands: [["TYPE", "a"]], count: 1 });
  });
});

describe("addLengths", () => {
  it("counts collections by the type that was answered, and nothing else", () => {
    const names = ["s", "h", "l", "e", "z", "x", "m", "gone", "denied"];
    const types = ["string", "hash", "list", "set", "zset", "stream", "vectorset", "none", noKey];
    const replies = types.flatMap((type, i) => (i === 0 ? [type, 1, 1, "int", 9] : [type, 1, 1]));
    const { commands, count } = lengthsOf(names, replies, everything, 0);
    expect(commands).toEqual([
      ["HLEN", "h"],
      ["LLEN", "l"],
      ["SCARD", "e"],
      ["ZCARD", "z"],
      ["XLEN", "x"],
    ]);
    expect(count).toBe(5);
  });

  it("takes the type that SCAN was told to give", () => {
    const asked = { ...everything, type: false, knownType: "hash" };
    expect(lengthsOf(["h"], [64, -1], asked, plain).commands).toEqual([["HLEN", "h"]]);
  });

  it("asks nothing where counting would touch", () => {
    const asked = { ...everything, countedTypes: new Set<string>() };
    expect(lengthsOf(["h"], ["hash", 64, -1], asked, plain)).toEqual({ commands: [], count: 0 });
  });
});

describe("readPage", () => {
  it("puts the answers of each key into columns", () => {
    const replies = ["string", 56, -1, "embstr", 12, "hash", 1024, 5_000];
    const { page, lookups, vanishedKeys, deniedKeys } = read(["a", "h"], replies, { firstNumber: 0, lengths: [7] });
    expect(page).toEqual({
      node: "10.0.0.1:6379",
      database: 0,
      readAtMs: 1_000,
      names: ["a", "h"],
      types: ["string", "hash"],
      bytes: [56, 1024],
      elements: [null, 7],
      ttlMs: [-1, 5_000],
      encodings: ["embstr", null],
      idleSeconds: [12, null],
      frequencies: [null, null],
      items: null,
    });
    // TYPE and PTTL twice, OBJECT twice, HLEN; MEMORY USAGE is not counted by servers.
    expect({ lookups, vanishedKeys, deniedKeys }).toEqual({ lookups: 7, vanishedKeys: 0, deniedKeys: 0 });
  });

  it.each([
    ["before TYPE", ["none", null, -2]],
    ["after TYPE", ["string", null, -2]],
    ["after MEMORY USAGE", ["string", 56, -2]],
  ])("drops and counts a key that went %s", (_, replies) => {
    const reading = read(["gone", "k"], [...replies, "string", 10, -1]);
    expect(reading.page.names).toEqual(["k"]);
    expect(reading.page.bytes).toEqual([10]);
    expect(reading.vanishedKeys).toBe(1);
  });

  it("drops a key that has another type or no elements when it is counted", () => {
    const replies = ["hash", 64, -1, "list", 64, -1, "set", 64, -1];
    const wrongType = new ReplyError("WRONGTYPE Operation against a key holding the wrong kind of value");
    const reading = read(["h", "l", "e"], replies, { lengths: [wrongType, 0, 3] });
    expect(reading.page.names).toEqual(["e"]);
    expect(reading.page.elements).toEqual([3]);
    expect(reading.vanishedKeys).toBe(2);
  });

  it("keeps a stream without entries", () => {
    expect(read(["x"], ["stream", 64, -1], { lengths: [0] }).page).toMatchObject({ names: ["x"], elements: [0] });
  });

  it("keeps the mere name of a key that may not be looked at", () => {
    const { page, deniedKeys, refused } = read(["secret"], [noKey, noKey, noKey]);
    expect(page).toMatchObject({ names: ["secret"], types: [null], bytes: [null], ttlMs: [null] });
    expect(deniedKeys).toBe(1);
    expect(refused.size).toBe(0);
  });

  it("tells which commands are refused whatever the key", () => {
    const { page, refused, deniedKeys } = read(["a"], ["string", noCommand, -1]);
    expect(page).toMatchObject({ names: ["a"], bytes: [null], ttlMs: [-1] });
    expect([...refused.keys()]).toEqual(["MEMORY USAGE"]);
    expect(deniedKeys).toBe(0);
  });

  it("drops a key that another node has by now, and says that keys moved", () => {
    const moved = new ReplyError("MOVED 866 10.0.0.2:6379");
    const reading = read(["k"], [moved, moved, moved]);
    expect(reading).toMatchObject({ vanishedKeys: 1, moved: true });
    expect(reading.page.names).toEqual([]);
  });

  it("makes nothing of a page that the server could not answer", () => {
    const busy = new ReplyError("BUSY Redis is busy running a script.");
    expect(() => read(["k"], ["string", busy, busy])).toThrow(PassingError);
  });
});
