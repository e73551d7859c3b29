import { describe, expect, it } from "vitest";
import { edge, edgeHash, wildEdge } from "../../../../../src/analyze/keyspace/names/edge-hash.js";
import { SplitName } from "../../../../../src/analyze/keyspace/names/split-name.js";
import { NameBytes } from "../../../../../src/model/name-bytes.js";
import { TokenKind, type Join } from "../../../../../src/analyze/keyspace/names/token-kind.js";

const names = new SplitName();

/** As it lies between others: at a place of its own, with more behind it that is not its. */
function splitName(name: string): void {
  const page = new NameBytes();
  page.take(["before", name, "4d-00:1"]);
  const start = page.startOf(1);
  names.split(page.bytes, start, page.endOf(1));
  for (const column of [names.starts, names.ends, names.separatorEnds])
    for (let i = 0; i < names.count; i++) column[i] = (column[i] ?? 0) - start;
}

/** The tokens with their separators: an id as `*`, a short number or mix in brackets. */
function split(name: string): string {
  splitName(name);
  return Array.from({ length: names.count }, (_, i) => {
    const text = name.slice(names.starts[i], names.ends[i]);
    const separator = name.slice(names.ends[i], names.separatorEnds[i]);
    const kind = names.kinds[i];
    return `${kind === TokenKind.wild ? "*" : kind === TokenKind.code ? `[${text}]` : text}${separator}`;
  }).join(" ");
}

describe("SplitName", () => {
  it.each([
    ["user:123:profile", "user: [123]: profile"],
    ["user_123_profile", "user_ [123]_ profile"],
    ["user123", "user [123]"],
    ["v1", "v [1]"],
    ["1.2.3", "[1]. [2]. [3]"],
    ["a::b:", "a:: b: "],
    [":a", ": a"],
    ["", ""],
    ["a b", "a b"],
    ["findAll[7](x)", "findAll[ [7]]( x) "],
    ["_kombu.binding.mail", "_ kombu. binding. mail"],
    ["a:-b:_c_", "a: - b: _ c_ "],
    ["product:red-shoes-large", "product: red- shoes- large"],
    ["a/b|c#d,e;f.g@h", "a/ b| c# d, e; f. g@ h"],
  ])("splits %s at separators, and letters from the digits at their end", (name, tokens) => {
    expect(split(name)).toBe(tokens);
  });

  it.each([
    ["cart:{42}:items", "cart:{ [42]}: items"],
    ["{a}:b", "{ a}: b"],
    ["x{a}{b}", "x{ a}{ b} "],
  ])("keeps the braces of the hash tag in %s", (name, tokens) => {
    expect(split(name)).toBe(tokens);
  });

  it.each([
    ["user:550e8400-e29b-41d4-a716-446655440000:x", "user: *: x"],
    ["session-550e8400-e29b-41d4-a716-446655440000", "session- *"],
    ["s-550e8400-e29b-41d4-a716-446655440000-v", "s- *- v"],
    ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "*"],
    ["md5:d41d8cd98f00b204e9800998ecf8427e", "md [5]: *"],
    ["session-5a0b4c1d", "session- *"],
    ["a:deadbeefdeadbeef", "a: *"],
    ["user:12345:y", "user: *: y"],
    ["user12345", "user *"],
    ["app-1700000000.123", "app- *. [123]"],
    ["t:1700000000.123", "t: *"],
    ["V1StGXR8_Z5jdHi6B-myT", "*"],
    ["token:-V1StGXR8Z5jdHi6BmyT9", "token: *"],
    ["token:_V1StGXR8-Z5jdHi6BmyT9", "token: *"],
    ["sess:aGVsbG8gd29ybGQxMjM0NTY=", "sess: *"],
    ["day:2024-01-15", "day: *"],
    ["log:2024-01-15T10:30:00.123Z:x", "log: *: x"],
    ["log:20240115T103000Z", "log: *"],
    ["log:2024/01/15/x", "log: */ */ */ x"],
    ["log:2024:01:15", "log: *: *: *"],
    ["log:2024-01-15:07", "log: *: *"],
    ["log:20240115:07:30", "log: *: *: *"],
    ["ip:10.0.0.1", "ip: *"],
    ["ip:2001:db8::1:z", "ip: *: z"],
    ["ip:2001:0db8:85a3:0000:0000:8a2e:0370:7334", "ip: *"],
    ["bin:\u0001\u0002", "bin: *"],
  ])("takes %s for an id at sight", (name, tokens) => {
    expect(split(name)).toBe(tokens);
  });

  it.each([
    ["getUserProfileFromCache", "getUserProfileFromCache"],
    ["productcategory12", "productcategory [12]"],
    ["user::1", "user:: [1]"],
    ["a:100:20:30", "a: [100]: [20]: [30]"],
    ["1:2:3:4:5:6:7:8", "[1]: [2]: [3]: [4]: [5]: [6]: [7]: [8]"],
    ["caf\u00c3\u00a9:menu", "caf\u00c3\u00a9: menu"],
    ["feedback-face", "feedback- face"],
  ])("does not take %s for one", (name, tokens) => {
    expect(split(name)).toBe(tokens);
  });

  it("splits only the first 32 tokens and the first 512 characters", () => {
    expect(split("a:".repeat(40))).toBe(`${"a: ".repeat(31)}*`);
    expect(split(`a:${"b".repeat(600)}:c`)).toBe("a: *");
    expect(split(`${"ab:".repeat(5)}${"c".repeat(1_000_000)}`)).toBe(`${"ab: ".repeat(5)}*`);
  });

  it("hashes as edgeHash does, so that nodes can be found from either side", () => {
    for (const name of ["user:123", "user123:x", "a::b--c", "x"]) {
      splitName(name);
      for (let i = 0; i < names.count; i++) {
        const text = name.slice(names.starts[i], names.ends[i]);
        const separator = name.slice(names.ends[i], names.separatorEnds[i]);
        const join = names.joins[i] as Join;
        const separatorHash = names.separatorHashes[i] ?? 0;
        expect(edge(names.hashes[i] ?? 0, separatorHash)).toBe(edgeHash(text, separator, join));
        expect(wildEdge(separatorHash)).toBe(edgeHash(null, separator, join));
      }
    }
  });
});
