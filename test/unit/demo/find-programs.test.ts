import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProgram, parseServerVersion } from "../../../src/demo/find-programs.js";
import { temporaryDirectory, usingServers } from "../../support/servers/index.js";

usingServers();

describe("findProgram", () => {
  it("finds the first executable file on the PATH and passes over one that may not be run", async () => {
    const [first, second] = [await temporaryDirectory(), await temporaryDirectory()];
    await writeFile(join(first, "server"), "");
    await writeFile(join(second, "server"), "");
    await chmod(join(second, "server"), 0o755);
    expect(await findProgram("server", { PATH: `${first}:${second}` })).toBe(join(second, "server"));
    expect(await findProgram("server", { PATH: first })).toBeNull();
    expect(await findProgram("server", {}, [second])).toBe(join(second, "server"));
  });
});

describe("parseServerVersion", () => {
  it.each([
    ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", "redis", "7.0.15"],
    ["Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", "valkey", "8.1.1"],
    ["memcached 1.6.18", "memcached", "1.6.18"],
  ])("reads %j", (output, product, version) => {
    expect(parseServerVersion(output, "/bin/x")).toEqual({ product, version, path: "/bin/x" });
  });

  it("does not guess from anything else", () => {
    expect(parseServerVersion("usage: server 1.2.3", "/bin/x")).toBeNull();
  });
});
