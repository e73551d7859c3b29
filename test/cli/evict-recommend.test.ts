import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { rowsOf, validReport } from "../support/bigkeys-run.js";
import { runCli } from "../support/run-cli.js";
import { startMemcached, startRedis, usingServers } from "../support/servers/index.js";

usingServers();

const verb = ["evict-policy", "recommend", "--sample", "100ms", "--max-latency", "10s"];
let cwd = "";

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "cachectl-recommend-"));
  await mkdir(join(cwd, "profiles"));
});
afterAll(() => rm(cwd, { recursive: true }));

describe("evict-policy recommend", () => {
  it("says in JSON what to set, by the role of the profile, why, and what it does not know", async ({ expect }) => {
    const server = await startRedis({ config: { maxmemory: "100mb", "maxmemory-policy": "allkeys-lru" } });
    await server.call("RPUSH", "queue:mails", "one");
    await writeFile(
      join(cwd, "profiles", "jobs.yaml"),
      `kind: standalone\nhost: ${server.host}\nport: ${server.port}\nrole: queue\n`,
    );
    const run = await runCli([...verb, "-p", "jobs", "--json", "--fail-on", "medium"], { cwd });
    const report = validReport(run.stdout);
    expect(report).toMatchObject({ operation: "evict-policy-recommend", status: "success" });
    expect(report.recommendations).toMatchObject([
      {
        ruleId: "recommended-eviction-policy",
        priority: "medium",
        confidence: "high",
        commands: ["cachectl evict-policy set noeviction -p jobs"],
      },
    ]);
    expect(rowsOf(report, "decision")[0]).toMatchObject({
      now: "allkeys-lru",
      recommended: "noeviction",
      changes: true,
    });
    expect(run.code).toBe(1);
  });

  it("does not pass a gate where it cannot say", async ({ expect }) => {
    const server = await startRedis({ config: { maxmemory: "100mb" } });
    const run = await runCli([...verb, server.address, "--json", "--fail-on", "high"]);
    const report = validReport(run.stdout);
    expect(report.status).toBe("partial");
    expect(report.coverage.cannotJudge.map(({ ruleId }) => ruleId)).toEqual(["recommended-eviction-policy"]);
    expect(
      rowsOf(report, "unsure")
        .map(({ sureBy }) => sureBy)
        .join(),
    ).toContain("role: cache, store, queue or session");
    expect(run.code).toBe(3);
  });

  it("tells Memcached's settings, since there is no policy to choose", async ({ expect }) => {
    const server = await startMemcached();
    const run = await runCli([...verb, `memcached://${server.address}`, "--json"]);
    const report = validReport(run.stdout);
    expect(report.summary).toContain("Memcached has no policies to choose from");
    const settings = rowsOf(report, "memcached-settings").map(({ setting }) => setting);
    expect(settings).toEqual(expect.arrayContaining(["maxbytes", "evictions", "lru_segmented", "slab_automove"]));
    expect(run.code).toBe(0);
  });

  it("refuses a bound of no keys, before any server is asked", async ({ expect }) => {
    const run = await runCli([...verb, "127.0.0.1:1", "--limit", "0"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("--limit");
  });
});
