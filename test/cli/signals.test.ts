import { describe, expect, it } from "vitest";
import { silentServer } from "../support/fault-servers.js";
import { startRedis, usingServers, waitUntil, type RedisServer } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { spawnCli, type RunningCli } from "./spawn-cli.js";

usingServers();

/** Far beyond what an interrupted run needs, far below what it would have waited. */
const promptMs = 10_000;

async function untilConnected(server: RedisServer): Promise<void> {
  await waitUntil(
    async () =>
      String(await server.call("CLIENT", "LIST"))
        .trim()
        .split("\n").length > 1,
    {
      what: "the program is connected",
      timeoutMs: 20_000,
      everyMs: 5,
    },
  );
}

async function endOf({ ended }: RunningCli): Promise<{ code: number | null; elapsedMs: number }> {
  const startedAt = performance.now();
  const { code } = await ended;
  return { code, elapsedMs: performance.now() - startedAt };
}

describe("an interrupted run", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends with 130 on %s during the sample", async (signal) => {
    const server = await startRedis();
    const run = spawnCli(["analyze", server.address, "--sample", "1m"]);
    await untilConnected(server);
    run.child.kill(signal);
    const { code, elapsedMs } = await endOf(run);
    expect(code).toBe(130);
    expect(elapsedMs).toBeLessThan(promptMs);
    expect(run.stderr()).toContain("interrupted");
    expect(run.stdout()).toBe("");
  });

  it("ends although a server does not answer", async () => {
    const frozen = await startRedis();
    const run = spawnCli(["analyze", frozen.address, "--sample", "1m", "--timeout", "1m"]);
    await untilConnected(frozen);
    await frozen.freeze();
    run.child.kill("SIGINT");
    const { code, elapsedMs } = await endOf(run);
    await frozen.thaw();
    expect(code).toBe(130);
    expect(elapsedMs).toBeLessThan(promptMs);
  });

  it("leaves a report for JSON readers", async () => {
    const server = await startRedis();
    const run = spawnCli(["analyze", server.address, "--sample", "1m", "--json"]);
    await untilConnected(server);
    run.child.kill("SIGINT");
    expect((await endOf(run)).code).toBe(130);
    expect(JSON.parse(run.stdout())).toMatchObject({
      status: "failed",
      error: { code: expect.stringMatching(/interrupted|aborted/) as string },
    });
  });

  it("ends while a secret is being fetched, and stops the command that fetches it", async () => {
    const command = `[sh, -c, "echo asked >&2; exec sleep 60"]`;
    const profile = `kind: standalone\nhost: 127.0.0.1\npassword: { command: ${command} }\n`;
    const run = spawnCli(["analyze", "-p", "one", "--profiles-dir", await directoryWith({ "one.yaml": profile })]);
    await waitUntil(() => run.stderr().includes("asked"), { what: "the command runs", timeoutMs: 20_000 });
    run.child.kill("SIGINT");
    const { code, elapsedMs } = await endOf(run);
    expect(code).toBe(130);
    expect(elapsedMs).toBeLessThan(promptMs);
    expect(run.stderr()).toBe("asked\ncachectl: interrupted\n  Run the command again.\n");
  });

  it("leaves at once on the second signal", async () => {
    const server = await startRedis();
    const run = spawnCli(["analyze", server.address, `127.0.0.1:${await silentServer()}`, "--timeout", "1m"]);
    await untilConnected(server);
    run.child.kill("SIGINT");
    run.child.kill("SIGINT");
    const { code, elapsedMs } = await endOf(run);
    expect(code).toBe(130);
    expect(elapsedMs).toBeLessThan(promptMs);
  });
});

describe("--watch in a pipe", () => {
  it("prints one report after the other and ends with the last one's code", async () => {
    const server = await startRedis();
    const args = ["analyze", server.address, "--sample", "0", "--watch", "20ms", "-o", "ndjson"];
    const run = spawnCli(args);
    const heads = () =>
      run
        .stdout()
        .split("\n")
        .filter((line) => line.includes('"schemaVersion"')).length;
    await waitUntil(() => heads() >= 3, { what: "three reports are printed", timeoutMs: 30_000 });
    run.child.kill("SIGINT");
    expect((await endOf(run)).code).toBe(0);
    expect(run.stdout()).not.toContain("\u001b");
    expect(run.stderr()).toBe("");
  });
});

describe("a change that is interrupted before it has begun", () => {
  it("says that nothing was changed", async () => {
    const server = await startRedis();
    // It watches the servers for some seconds first.
    const run = spawnCli(["evict-policy", "set", "allkeys-lru", "-p", `redis://${server.address}`, "--yes"]);
    await untilConnected(server);
    run.child.kill("SIGINT");
    const { code } = await endOf(run);
    expect(code).toBe(130);
    expect(run.stderr()).toBe("cachectl: interrupted; nothing was changed\n  Run the command again.\n");
    expect(await server.call("CONFIG", "GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  });
});
