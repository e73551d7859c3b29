import { writeFile } from "node:fs/promises";
import * as zlib from "node:zlib";
import { decode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.js";
import { releases, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { calm, figure, runWarm, userMap, users, warmFiles } from "../support/warm-run.js";
import { keyCount, storedBytes } from "../support/warm-under-way.js";

usingServers();

const urlOf = (server: RedisServer) => `redis://${server.address}`;
const rows = users(3_000);
const ndjson = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const csv = `id;name;note\r\n1;"a; ""b""";plain\r\n2;"two\nlines";\r\n3;ümläut €;x\r\n4;too few\r\n`;

async function json(server: RedisServer, key: string): Promise<unknown> {
  return JSON.parse(String(await server.call("GET", key)));
}

describe("a source", () => {
  it("is standard input, plain or packed, and has to say its format", async () => {
    const server = await startRedis();
    const { manifest } = await warmFiles([], userMap, '{ kind: file, path: "-", format: ndjson }');
    const args = ["warm", manifest, "-p", urlOf(server), ...calm];
    const plain = await runCli(args, { input: ndjson });
    expect({ code: plain.code, stderr: plain.stderr }).toEqual({ code: 0, stderr: "" });
    expect(plain.stdout).toContain("wrote 3,000 of 3,000 rows of standard input");
    expect(await json(server, "user:2999")).toEqual(rows[2_999]);
    await server.call("FLUSHALL");
    const packed = await warmFiles([], userMap, '{ kind: file, path: "-", format: ndjson, gzip: true }');
    const unpacked = await runCli(["warm", packed.manifest, ...args.slice(2)], { input: zlib.gzipSync(ndjson) });
    expect(unpacked.code, unpacked.stderr).toBe(0);
    expect(await keyCount(server)).toBe(3_000);
    const silent = await warmFiles([], userMap, '{ kind: file, path: "-" }');
    const refused = await runCli(["warm", silent.manifest, ...args.slice(2)], { input: ndjson });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("add `format: ndjson`");
    const nothing = await runCli(args, { input: "" });
    expect(nothing.code).toBe(0);
    expect(nothing.stdout).toContain("wrote 0 of 0 rows");
  });

  it("is a packed file, which --resume goes on with in its middle", async () => {
    const server = await startRedis();
    const files = await warmFiles([], userMap, "{ kind: file, path: rows.ndjson.gz }");
    await writeFile(files.path("rows.ndjson.gz"), zlib.gzipSync(ndjson));
    const args = [files.manifest, "-p", urlOf(server), "--checkpoint", files.checkpoint];
    const first = await runWarm([...args, "--rate", "500", "--deadline", "3s"]);
    expect(first.code).toBe(4);
    const rest = await runWarm([...args, "--resume"]);
    expect(rest.code).toBe(0);
    expect(await keyCount(server)).toBe(3_000);
    expect(await json(server, "user:2999")).toEqual(rows[2_999]);
  });

  it("is CSV with quotes, line ends and delimiters within them, other letters, and a row that is too short", async () => {
    const server = await startRedis();
    const files = await warmFiles([], userMap, '{ kind: file, path: rows.csv, delimiter: ";" }');
    await writeFile(files.path("rows.csv"), csv);
    const run = await runWarm([files.manifest, "-p", urlOf(server)]);
    expect(run.code).toBe(0);
    expect([figure(run.report, "items written"), figure(run.report, "rows rejected")]).toEqual([3, 1]);
    expect(await json(server, "user:1")).toEqual({ id: "1", name: 'a; "b"', note: "plain" });
    expect(await json(server, "user:2")).toEqual({ id: "2", name: "two\nlines", note: "" });
    expect(await json(server, "user:3")).toEqual({ id: "3", name: "ümläut €", note: "x" });
    const named = await warmFiles([], userMap, "{ kind: file, path: rows.tsv, columns: [id, name] }");
    await writeFile(named.path("rows.tsv"), "7\tseven\n");
    expect((await runWarm([named.manifest, "-p", urlOf(server)])).code).toBe(0);
    expect(await json(server, "user:7")).toEqual({ id: "7", name: "seven" });
  });

  it("is one JSON array, of which each element is stored as it stands there", async () => {
    const server = await startRedis();
    const files = await warmFiles([], userMap, "{ kind: file, path: rows.json }");
    const odd = '{ "id": 1, "big": 12345678901234567890, "text": "]},{" }';
    await writeFile(files.path("rows.json"), `[\n${odd},\n"no object",\n{"id":2,"list":[{"a":[1]}]}\n]\n`);
    const run = await runWarm([files.manifest, "-p", urlOf(server)]);
    expect(run.code).toBe(0);
    expect([figure(run.report, "items written"), figure(run.report, "rows rejected")]).toEqual([2, 1]);
    expect(await server.call("GET", "user:1")).toBe(odd);
    expect(await json(server, "user:2")).toEqual({ id: 2, list: [{ a: [1] }] });
    await writeFile(files.path("rows.json"), `[${odd}, {"id": 3}`);
    const cut = await runWarm([files.manifest, "-p", urlOf(server)]);
    expect(cut.code).toBe(4);
    expect(cut.report.summary).toContain("it ends in the middle of the array, after 2 elements");
  });
});

const long = { id: 1, name: "long ".repeat(300), tags: ["ä", "b"], rate: 1.5, none: null };
const short = { id: 2, name: "short" };

describe.each((await releases()).slice(-1))("a value on $name", ({ name: release }) => {
  it("is MessagePack, also compressed above the threshold with gzip", async () => {
    const server = await startRedis({ release });
    const plain = await warmFiles([long, short], [...userMap, "encode: msgpack"]);
    expect((await runWarm([plain.manifest, "-p", urlOf(server)])).code).toBe(0);
    expect(decode(await storedBytes(server, "user:1"))).toEqual(long);
    expect(decode(await storedBytes(server, "user:2"))).toEqual(short);
    const small = await warmFiles([long, short], [...userMap, "encode: msgpack", "compress: { codec: gzip }"]);
    const run = await runWarm([small.manifest, "-p", urlOf(server)]);
    expect([run.code, figure(run.report, "as written")]).toEqual([0, figure(run.report, "read back")]);
    const packed = await storedBytes(server, "user:1");
    expect(packed.subarray(0, 2).toString("hex")).toBe("1f8b");
    expect(decode(zlib.gunzipSync(packed))).toEqual(long);
    // At most 1 kB, which is the threshold where none is given.
    expect(decode(await storedBytes(server, "user:2"))).toEqual(short);
  });

  it("is compressed with zstd where this Node.js can, and refused with a sentence where not", async () => {
    const server = await startRedis({ release });
    const { manifest } = await warmFiles([long, short], [...userMap, "compress: { codec: zstd, above: 64 }"]);
    const args = ["warm", manifest, "-p", urlOf(server), ...calm];
    const unpack = (zlib as { zstdDecompressSync?: (data: Buffer) => Buffer }).zstdDecompressSync;
    if (unpack !== undefined) {
      expect((await runCli(args)).code).toBe(0);
      const packed = await storedBytes(server, "user:1");
      expect(packed.subarray(0, 4).toString("hex")).toBe("28b52ffd");
      expect(JSON.parse(unpack(packed).toString())).toEqual(long);
      expect((await storedBytes(server, "user:2")).toString()).toBe(JSON.stringify(short));
      await server.call("FLUSHALL");
    }
    // As it is in every Node.js before 22.15.
    const preload =
      "data:text/javascript,import z from 'node:zlib';import { syncBuiltinESMExports as sync } from 'node:module';delete z.zstdCompressSync;sync()";
    const without = await runCli(args, { env: { NODE_OPTIONS: `--import "${preload}"` } });
    expect(without.code).toBe(2);
    expect(without.stderr).toContain("this Node.js cannot compress with zstd");
    expect(without.stderr).toContain("22.15");
    expect(await keyCount(server)).toBe(0);
  });
});
