import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { runCli } from "../support/run-cli.js";
import { findRelease, serverMode, temporaryDirectory, usingServers } from "../support/servers/index.js";

usingServers();

let env: Record<string, string>;

beforeAll(async () => {
  // State and data of its own: a demo that somebody keeps on this machine is left alone.
  env = { XDG_STATE_HOME: await temporaryDirectory(), TMPDIR: await temporaryDirectory() };
  if ((await serverMode()) === "containers") {
    for (const [name, value] of Object.entries(process.env))
      if (/^DOCKER_|_IMAGE$/.test(name) && value !== undefined) env[name] = value;
    return;
  }
  // A PATH with the servers alone: no container engine is found there.
  const path = await temporaryDirectory();
  await symlink((await findRelease("redis")).source, join(path, "redis-server"));
  await symlink((await findRelease("memcached")).source, join(path, "memcached"));
  env["PATH"] = path;
});

// A fleet of 13 servers, beside the other workers' containers.
const timeoutMs = 150_000;

describe("cachectl demo", { timeout: 180_000 }, () => {
  it("finds every problem that was planted, and leaves nothing running", async () => {
    const run = await runCli(["demo", "--sample", "2s", "--json"], { env, timeoutMs });
    expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
    const report = JSON.parse(run.stdout) as Report;
    expect(report).toMatchObject({ operation: "demo", status: "success", coverage: { nodes: { total: 13 } } });
    const planted = report.sections.find(({ id }) => id === "planted");
    expect(planted?.kind === "table" && planted.rows.length).toBeGreaterThanOrEqual(9);
    expect(planted?.kind === "table" && planted.rows.filter(({ foundAs }) => foundAs === "not found")).toEqual([]);
    expect((await runCli(["demo", "--stop"], { env })).stdout).toContain("No demo is running.");
  });

  it("keeps the fleet when asked, says how to look at it, and ends it on --stop", async () => {
    const kept = await runCli(["demo", "--keep", "--sample", "500ms", "--json"], { env, timeoutMs });
    expect({ code: kept.code, stderr: kept.stderr }).toMatchObject({ code: 0 });
    const notes = (JSON.parse(kept.stdout) as Report).notes.join("\n");
    const directory = /--profiles-dir (\S+)/.exec(notes)?.[1] ?? "";
    const look = await runCli(["analyze", "--profiles-dir", directory, "-p", "demo", "--sample", "0", "--json"], {
      env,
    });
    expect(JSON.parse(look.stdout)).toMatchObject({ coverage: { nodes: { total: 13, answered: 13 } } });
    expect((await runCli(["demo", "--stop"], { env })).stdout).toContain("Ended the demo.");
  });

  it("leaves nothing running when it is interrupted", async () => {
    const run = await runCli(["demo"], { env, timeoutMs, interruptAfter: "Filling it" });
    expect(run.code).toBe(130);
    expect((await runCli(["demo", "--stop"], { env })).stdout).toContain("No demo is running.");
  });
});
