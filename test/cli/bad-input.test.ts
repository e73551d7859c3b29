import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Report } from "../../src/model/report.js";
import { blackHole, cutOffProxy, greetingServer, httpServer, silentServer } from "../support/fault-servers.js";
import { runCli, type CliRun } from "../support/run-cli.js";
import { startCluster, startRedis, usingServers } from "../support/servers/index.js";

usingServers();

/** What every failure owes its reader, whatever the cause: it ends by itself, in words, without a stack trace. */
function expectClear(run: CliRun, code: number): void {
  expect(run.signal).toBeNull();
  expect(run.stdout + run.stderr).not.toMatch(/\n\s+at .*:\d+:\d+|UnhandledPromise|\[object Object\]|undefined/);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code, stderr: run.stderr });
}

async function profileDirectory(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "cachectl-profiles-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
  return dir;
}

const analyze = (target: string, ...more: string[]) =>
  runCli(["analyze", target, "--sample", "0", "--timeout", "1s", ...more]);

describe("mistakes on the command line", () => {
  it("suggests the verb that was meant", async () => {
    const run = await runCli(["analyse"]);
    expectClear(run, 2);
    expect(run.stderr).toContain("Did you mean analyze?");
  });

  it.each([
    [["evict-policy", "allkeys-lru", "set"], "evict-policy set allkeys-lru"],
    [["cluster", "prod", "check", "--json"], "cluster check prod --json"],
    [["my cache", "analyze"], "analyze 'my cache'"],
    [["cluster", "prod", "rebalance", "--dry-run"], "cluster rebalance -p prod --dry-run"],
    [["evict-policy", "10.0.0.5:6379", "set", "allkeys-lru"], "evict-policy set -p 10.0.0.5:6379 allkeys-lru"],
    [
      ["redis+cluster://10.0.0.5", "cluster", "failover", "10.0.0.6:6379"],
      "cluster failover -p redis+cluster://10.0.0.5 10.0.0.6:6379",
    ],
    [["sentinel", "10.0.0.5:26379", "drill"], "sentinel drill -p 10.0.0.5:26379"],
  ])("says that the verb comes first: %j", async (args, meant) => {
    const run = await runCli(args);
    expectClear(run, 2);
    expect(run.stderr).toContain(`The verb comes first: cachectl ${meant}\n`);
  });

  it("suggests the option that was meant", async () => {
    const run = await runCli(["analyze", "--jsn"]);
    expectClear(run, 2);
    expect(run.stderr).toContain("Did you mean --json?");
  });

  it.each([
    [["analyze", "--sample", "soon"], "500ms, 3s or 1m"],
    [["analyze", "--fail-on", "urgent"], "info, low, medium, high, critical"],
    [["analyze", "-o", "xml"], "table, json, ndjson, nagios"],
    [["analyze", "--json", "-o", "table"], "Give one of them"],
    [["analyze", "-l", "prod"], "key=value"],
    [["analyze", "redis://:secret@127.0.0.1:6379"], "CACHECTL_PASSWORD"],
    [["analyze", "http://127.0.0.1:6379"], "redis://"],
    [["analyze", "127.0.0.1:99999"], "65535"],
    [["analyze", "--from-facts", "/nonexistent/facts.json"], "--save-facts"],
    [["explain", "mem-near-limit"], "memory-near-limit"],
  ])("explains %j", async (args, expected) => {
    const run = await runCli(args);
    expectClear(run, 2);
    expect(run.stderr).toContain(expected);
    expect(run.stderr).not.toContain("secret@");
  });

  it.each([
    ["cluster rebalance 10.0.0.5:6379", "cachectl cluster rebalance -p 10.0.0.5:6379"],
    ["cluster reshard --from all --to b:1 --slots 5 a:1", "cachectl cluster reshard -p a:1"],
    ["cluster fix prod --dry-run", "cachectl cluster fix -p prod"],
    ["cluster failover 10.0.0.6:6379 prod", "cachectl cluster failover 10.0.0.6:6379 -p prod"],
    ["cluster apply plan.json prod", "cachectl cluster apply plan.json -p prod"],
    ["warm redis://10.0.0.5 users.yaml", "cachectl warm users.yaml -p redis://10.0.0.5"],
    ["evict-policy set 10.0.0.5:6379 allkeys-lru", "cachectl evict-policy set allkeys-lru -p 10.0.0.5:6379"],
    ["cluster rebalance prod -p prod", "See cachectl cluster rebalance --help"],
    ["demo please", "See cachectl demo --help"],
  ])("names the next step for a word too many in: %s", async (line, expected) => {
    const run = await runCli(line.split(" "));
    expectClear(run, 2);
    expect(run.stderr).toContain(expected);
    expect(run.stdout).toBe("");
  });

  it("gives a JSON report for an error too when JSON was asked for", async () => {
    const run = await runCli(["analyze", "-p", "nowhere", "--json"]);
    expectClear(run, 2);
    expect(JSON.parse(run.stdout)).toMatchObject({
      operation: "analyze-cache",
      status: "failed",
      error: { code: "profile-not-found" },
    });
  });
});

describe("mistakes in profiles", () => {
  it("suggests the profile that was meant", async () => {
    const dir = await profileDirectory({ "prod-sessions.yaml": "kind: standalone\nhost: 127.0.0.1\n" });
    const run = await runCli(["analyze", "-p", "prod-session", "--profiles-dir", dir]);
    expectClear(run, 2);
    expect(run.stderr).toContain("did you mean `prod-sessions`");
  });

  it("lists every problem with file, line and column", async () => {
    const dir = await profileDirectory({
      "bad.yaml": "kind: standalone\nhost: 127.0.0.1\nusrename: ops\nport: 70000\n",
    });
    const run = await runCli(["analyze", "-p", "bad", "--profiles-dir", dir]);
    expectClear(run, 2);
    expect(run.stderr).toMatch(/bad\.yaml:3:1.*usrename.*username/);
    expect(run.stderr).toMatch(/bad\.yaml:4:7/);
  });

  it("says where the YAML is broken", async () => {
    const dir = await profileDirectory({ "broken.yaml": "kind: standalone\nhost: [127.0.0.1\n" });
    const run = await runCli(["analyze", "-p", "broken", "--profiles-dir", dir]);
    expectClear(run, 2);
    expect(run.stderr).toMatch(/broken\.yaml:\d+:\d+/);
  });
});

describe("servers that cannot be talked to", () => {
  it("says that the port is closed", async () => {
    const run = await analyze("127.0.0.1:1");
    expectClear(run, 3);
    expect(run.stdout).toContain("127.0.0.1:1 refused the connection");
  });

  it("says that a host does not answer, after one timeout", async () => {
    const run = await analyze(`127.0.0.1:${await blackHole()}`, "--timeout", "6s");
    expectClear(run, 3);
    expect(run.stdout).toContain("did not answer within 6 s");
    // A second one would make it twelve.
    expect(run.elapsedMs).toBeLessThan(12_000);
  });

  it("says that a host name is unknown", async () => {
    const run = await analyze("no-such-host.invalid:6379", "--timeout", "20s");
    expectClear(run, 3);
    expect(run.stdout).toContain("cannot be resolved");
  });

  it("says that a web server is no Redis and no Memcached", async () => {
    const port = await httpServer();
    for (const target of [
      `redis://127.0.0.1:${port}`,
      `memcached://127.0.0.1:${port}`,
      `redis+cluster://127.0.0.1:${port}`,
    ]) {
      const run = await analyze(target, "--timeout", "10s");
      expectClear(run, 3);
      expect(run.stdout).toMatch(/answered, but not as (Redis|Memcached) does/);
    }
  });

  it("says that a server accepts and keeps silent, after one timeout", { timeout: 120_000 }, async () => {
    const port = await silentServer();
    for (const scheme of ["redis", "memcached", "redis+sentinel", "rediss"]) {
      const run = await analyze(`${scheme}://127.0.0.1:${port}`, "--timeout", "6s");
      expectClear(run, 3);
      expect(run.stdout).toMatch(/did not answer within 6 s|no answer to the TLS hello within 6 s/);
      expect(run.elapsedMs).toBeLessThan(12_000);
    }
  });

  it("says that TLS met a plain port", async () => {
    const redis = await startRedis();
    const run = await analyze(`rediss://${redis.address}`, "--timeout", "10s");
    expectClear(run, 3);
    expect(run.stdout).toMatch(/TLS handshake .* failed/);
    expect(run.stdout).toContain("redis://");
  });

  it("says that the password is missing or wrong, without showing it", async () => {
    const redis = await startRedis({ config: { requirepass: "right" } });
    const without = await analyze(`redis://${redis.address}`, "--timeout", "10s");
    expectClear(without, 3);
    expect(without.stdout).toContain("wants a password (NOAUTH)");
    const wrong = await runCli(["analyze", `redis://${redis.address}`, "--sample", "0"], {
      env: { CACHECTL_PASSWORD: "s3cret-wrong" },
    });
    expectClear(wrong, 3);
    expect(wrong.stdout).toContain("rejected the user name or password (WRONGPASS)");
    expect(wrong.stdout + wrong.stderr).not.toContain("s3cret-wrong");
  });

  it("tells protected mode and a full server apart from a dead one", async () => {
    const denied = await greetingServer(
      "-DENIED Redis is running in protected mode because protected mode is enabled\r\n",
    );
    const isDenied = await analyze(`127.0.0.1:${denied}`, "--timeout", "10s");
    expectClear(isDenied, 3);
    expect(isDenied.stdout).toContain("is in protected mode");
    const full = await greetingServer("-ERR max number of clients reached\r\n");
    const isFull = await analyze(`127.0.0.1:${full}`, "--timeout", "10s");
    expectClear(isFull, 3);
    expect(isFull.stdout).toContain("maximum number of clients");
  });

  it("says that a server stopped answering half-way", async () => {
    const redis = await startRedis();
    const target = `redis://127.0.0.1:${await cutOffProxy(redis.port, 3_000)}`;
    const run = await analyze(target, "--json", "--timeout", "6s");
    expectClear(run, 3);
    const report = JSON.parse(run.stdout) as Report;
    expect(report.status).toBe("failed");
    expect(report.coverage.nodes.unreachable[0]?.reason).toContain("accepted the connection but did not answer");
    expect(report.recommendations[0]?.issue).toBe("Node stopped answering half-way");
    expect(run.elapsedMs).toBeLessThan(12_000);
  });

  it("reports five nodes of a cluster whose sixth is dead", async () => {
    const cluster = await startCluster();
    await cluster.replicas[0]?.kill();
    const run = await analyze(`redis+cluster://${cluster.primaries[0]?.address}`, "--json", "--timeout", "10s");
    expectClear(run, 3);
    expect(JSON.parse(run.stdout)).toMatchObject({
      status: "partial",
      coverage: { nodes: { total: 6, answered: 5, unreachable: [{ node: cluster.replicas[0]?.address }] } },
    });
  });

  it("does not pass a gate that it could not judge", async () => {
    const port = await silentServer();
    expectClear(await analyze(`memcached://127.0.0.1:${port}`, "--fail-on", "critical"), 1);
    expectClear(await analyze(`memcached://127.0.0.1:${port}`, "--exit-style", "nagios"), 2);
  });
});
