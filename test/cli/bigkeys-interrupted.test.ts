import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { rowsOf, runBigkeys, sumOf, unhurried, validReport, type Row } from "../support/bigkeys-run.js";
import { slowly, untilPages } from "../support/halfway.js";
import { mixedKeys, storeKeys } from "../support/mixed-keys.js";
import { runCli } from "../support/run-cli.js";
import {
  releases,
  startCluster,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const all = await releases();
const keys = mixedKeys(11);

/** Since elements are counted only where nothing is touched, and the lists are compared. */
const touch = "--touch";

async function filled(release?: string): Promise<RedisServer> {
  const server = await startRedis(release === undefined ? {} : { release });
  await storeKeys(keys, [server]);
  return server;
}

/** Ends a scan with Ctrl-C when it is surely under way and surely not over. */
async function interrupted(servers: RedisServer[], args: string[]): Promise<Report> {
  for (const server of servers) await server.call("CONFIG", "RESETSTAT");
  const run = spawnCli(["bigkeys", ...args, ...slowly, ...unhurried, "--json"]);
  for (const server of servers) await untilPages(server);
  run.child.kill("SIGINT");
  expect((await run.ended).code).toBe(130);
  return validReport(run.stdout());
}

async function resumeFile(): Promise<string> {
  return join(await directoryWith(), "scan.json");
}

describe("SIGINT amid a scan", () => {
  it("leaves a report of what was seen, and says that it is not all", async () => {
    const server = await filled();
    const report = await interrupted([server], [server.address]);
    expect(report).toMatchObject({ interrupted: true, status: "partial" });
    const [scan] = rowsOf(report, "scan");
    const seen = Number(scan?.["seenKeys"]);
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(keys.length);
    expect(scan).toMatchObject({ expectedKeys: keys.length });
    expect(sumOf(report, "groups", "keys")).toBe(seen);
    expect(sumOf(report, "ttl", "keys")).toBe(seen);
    expect(report.coverage.unseenKeys?.[0]?.gap).toMatch(/was interrupted after \d+ % of its keys/);
    expect(report.summary).toMatch(/^Interrupted: /);
  });

  it("ends with 130 also under a gate, and prints the report as a table", async () => {
    const server = await filled();
    const run = spawnCli(["bigkeys", server.address, ...slowly, "--fail-on", "low"]);
    await untilPages(server);
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    expect(run.stdout()).toContain("Interrupted: this is what was seen until then.");
    expect(run.stdout()).toContain("KEYS BY PATTERN");
  });
});

describe.each([all[0], all.at(-1)].filter((one) => one !== undefined))("--resume on $name", ({ name: release }) => {
  it("goes on to exactly what one pass gives, and leaves no file then", async () => {
    const server = await filled(release);
    const file = await resumeFile();
    const args = [server.address, touch, "--groups", "1000", "--top", "25"];
    const first = await interrupted([server], [...args, "--resume", file]);
    const second = await interrupted([server], [...args, "--resume", file]);
    expect(sumOf(second, "scan", "seenKeys")).toBeGreaterThan(sumOf(first, "scan", "seenKeys"));
    const rest = await runBigkeys([...args, "--resume", file]);
    expect(rest.code).toBe(0);
    expect(rest.report.interrupted).toBeUndefined();
    expect(sumOf(rest.report, "scan", "seenKeys")).toBe(keys.length);
    const whole = await runBigkeys(args);
    expectSameFigures(rest.report, whole.report);
    await expect(readFile(file)).rejects.toThrow("ENOENT");
  });
});

describe("--resume", () => {
  it("goes on with every node of a cluster", async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    await storeKeys(keys, primaries);
    const file = await resumeFile();
    const args = [`redis+cluster://${primaries[0]?.address ?? ""}`, touch, "--groups", "1000"];
    await interrupted(primaries, [...args, "--resume", file]);
    const rest = await runBigkeys([...args, "--resume", file]);
    expect(rest.code).toBe(0);
    expectSameFigures(rest.report, (await runBigkeys(args)).report);
  });

  it("goes on after --limit too", async () => {
    const server = await filled();
    const file = await resumeFile();
    const args = [server.address, touch, "--groups", "1000", "--resume", file];
    const first = await runBigkeys([...args, "--limit", "1000"]);
    expect(first.code).toBe(0);
    expect(sumOf(first.report, "scan", "seenKeys")).toBeLessThan(keys.length);
    const rest = await runBigkeys(args);
    expectSameFigures(rest.report, (await runBigkeys([server.address, touch, "--groups", "1000"])).report);
  });

  it("does not go on in another process, and counts no key twice", async () => {
    const server = await filled();
    const file = await resumeFile();
    const first = await interrupted([server], [server.address, "--resume", file]);
    await server.call("SAVE");
    await server.restart();
    await waitUntil(async () => (await server.call("DBSIZE")) === keys.length, {
      what: "the keys are back",
      timeoutMs: 10_000,
    });
    const { code, report } = await runBigkeys([server.address, "--resume", file]);
    expect({ code, status: report.status }).toEqual({ code: 3, status: "partial" });
    expect(report.coverage.unseenKeys?.[0]?.gap).toContain(`${server.address} is another process by now`);
    expect(sumOf(report, "groups", "keys")).toBe(sumOf(first, "groups", "keys"));
  });

  it("refuses a file that it cannot go on with, in a sentence, and leaves it as it is", async () => {
    const server = await filled();
    const file = await resumeFile();
    await interrupted([server], [server.address, "--resume", file]);
    const kept = await readFile(file, "utf8");
    const scan = JSON.parse(kept) as Record<string, unknown>;
    const [target] = Object.keys(scan["targets"] as object) as [string];
    const cases: [string, string, string[]][] = [
      [kept, "another top", [server.address, "--top", "7"]],
      [kept, "another match", [server.address, "--match", "user:*"]],
      [kept, "other targets", ["127.0.0.1:1"]],
      [kept.slice(0, kept.length / 2), "not JSON", [server.address]],
      ["", "not JSON", [server.address]],
      ["[]", "no scan of format 1", [server.address]],
      [JSON.stringify({ ...scan, schemaVersion: 2 }), "no scan of format 1", [server.address]],
      [JSON.stringify({ ...scan, asked: null }), "not as cachectl left it", [server.address]],
      [JSON.stringify({ ...scan, targets: { [target]: "x" } }), "not as cachectl left it", [server.address]],
    ];
    for (const [text, why, args] of cases) {
      await writeFile(file, text);
      const run = await runCli(["bigkeys", ...args, "--resume", file]);
      expect({ why, code: run.code, stderr: run.stderr }).toEqual({
        why,
        code: 2,
        stderr: expect.stringContaining(why) as string,
      });
      expect(run.stderr).toContain(`the scan in ${file} cannot be gone on with`);
      expect(run.stdout).toBe("");
      expect(await readFile(file, "utf8")).toBe(text);
    }
  });

  it("says before the scan that a file cannot be written", async () => {
    const run = await runCli(["bigkeys", "127.0.0.1:1", "--resume", "/nonexistent/scan.json"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("cannot be kept in /nonexistent/scan.json");
  });
});

/** What time makes different is left out: how long keys have left, and how long they have been idle. */
function expectSameFigures(one: Report, other: Report): void {
  const ids = (report: Report) =>
    report.sections.map(({ id }) => id).filter((id) => !["scan", "ttl-cliffs", "waste"].includes(id));
  expect(ids(one)).toEqual(ids(other));
  for (const id of ids(one)) expect({ id, rows: timeless(one, id) }).toEqual({ id, rows: timeless(other, id) });
}

function timeless(report: Report, id: string): Row[] {
  const passing = /^(ttl\w*Seconds|idle\w*|example|encodings?|cpuMicroseconds|networkBytes)$/;
  return rowsOf(report, id).map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !passing.test(key))));
}
