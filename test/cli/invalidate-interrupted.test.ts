import { describe, expect, it } from "vitest";
import { startMemcached, startRedis, usingServers, waitUntil } from "../support/servers/index.js";
import { validReport } from "../support/bigkeys-run.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const names = Array.from({ length: 3_000 }, (_, i) => `k:${i}`);

/** More than a batch, less than all, and then silence. */
const sent = `${names.slice(0, 2_500).join("\n")}\n`;

describe("names that come from a silent producer", () => {
  it("are not waited for after the first Ctrl-C, and what is left is said", async () => {
    const server = await startRedis();
    await server.call("MSET", ...names.flatMap((name) => [name, "v"]));
    const run = spawnCli(["invalidate", "-p", `redis://${server.address}`, "--keys-from", "-", "--json"], {}, "pipe");
    run.child.stdin?.write(sent);
    await waitUntil(async () => (await server.call("DBSIZE")) === 1_000, {
      what: "two batches are invalidated",
      timeoutMs: 30_000,
    });
    run.child.kill("SIGINT");
    expect(await run.ended).toEqual({ code: 130, signal: null });
    const report = validReport(run.stdout());
    expect(report).toMatchObject({ interrupted: true, change: { notDone: ["invalidate the rest of the names"] } });
    expect(await server.call("DBSIZE")).toBe(1_000);
  });

  it("are not waited for with Memcached either", async () => {
    const server = await startMemcached();
    const args = ["-p", `memcached://${server.address}`, "--keys-from", "-", "--json"];
    const run = spawnCli(["invalidate", ...args], {}, "pipe");
    run.child.stdin?.write(sent);
    await waitUntil(async () => (await server.send("stats")).includes("STAT delete_misses 2000\r"), {
      what: "two batches are asked for",
      timeoutMs: 30_000,
    });
    run.child.kill("SIGINT");
    expect(await run.ended).toEqual({ code: 130, signal: null });
    expect(validReport(run.stdout()).change?.notDone).toEqual(["invalidate the rest of the names"]);
  });
});
