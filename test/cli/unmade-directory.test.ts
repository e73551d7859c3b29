import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.js";
import { startRedis, usingServers } from "../support/servers/index.js";
import { userMap, users, warmFiles } from "../support/warm-run.js";

usingServers();

const server = await startRedis();
const target = ["-p", `redis://${server.address}`];
const place = "/proc/x/y/z.file";

/** Below /proc nothing can be made, and Node's own way of making several directories at once never ends there. Linux only. */
describe.runIf(process.platform === "linux")("a directory that cannot be made", () => {
  it.each([
    ["an audit file", ["invalidate", ...target, "--key", "k", "--audit", place], 2],
    ["a journal", ["evict-policy", "set", "allkeys-lru", ...target, "--yes", "--observe", "0", "--journal", place], 2],
    ["a profile", ["profiles", "init", "p", "--profiles-dir", "/proc/x/y"], 2],
  ])("ends the run with a sentence before anything is changed: %s", async (_, args, expected) => {
    await server.call("SET", "k", "1");
    const { code, signal, stderr } = await runCli(args);
    expect({ code, signal, stderr }).toEqual({ code: expected, signal: null, stderr });
    expect(stderr).toMatch(/\/proc\/x\b/);
    expect(stderr).not.toMatch(/internal error|^\s+at /m);
    expect(await server.call("EXISTS", "k")).toBe(1);
    expect(await server.call("CONFIG", "GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  });

  it.each(["--checkpoint", "--heartbeat-file", "--rejects"])("ends a warm-up with a sentence: %s", async (flag) => {
    const { manifest } = await warmFiles(users(10), userMap);
    const { code, signal, stdout, stderr } = await runCli(["warm", manifest, ...target, flag, place]);
    expect({ signal, code }).toEqual({ signal: null, code: 2 });
    expect(stdout + stderr).toContain(place);
    expect(stdout + stderr).not.toMatch(/internal error|^\s+at /m);
  });
});
