import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { observationOf, redisNode } from "../support/facts.js";
import { runCli } from "../support/run-cli.js";
import { startMemcached, startRedis, usingServers } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { bareEnvironment } from "../support/bare-environment.js";
import { program } from "./spawn-cli.js";

usingServers();

const execute = promisify(execFile);

/** A facts file of so many nodes, the first of them nearly full: something to say, and much of it. */
async function factsOf(nodeCount: number): Promise<string> {
  const nodes = Array.from({ length: nodeCount }, (_, n) =>
    redisNode({
      node: { address: `10.0.${Math.floor(n / 250)}.${n % 250}:6379` },
      server: { runId: String(n) },
      memory: n === 0 ? { usedBytes: 3.7 * 2 ** 30 } : {},
    }),
  );
  const path = join(await directoryWith(), "facts.json");
  await writeFile(path, JSON.stringify(observationOf(nodes)));
  return path;
}

/** The same through a shell; `bash` since the exit code within the pipe counts. */
function inShell(line: string): Promise<{ stdout: string; stderr: string }> {
  return execute("bash", ["-c", line], { env: bareEnvironment, maxBuffer: 2 ** 26 });
}

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(await readFile(new URL("../../dist/report.schema.json", import.meta.url), "utf8")) as object,
);

function expectValid(text: string): Report {
  const report = JSON.parse(text) as Report;
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  return report;
}

describe("a pipe", () => {
  it("gets a long report whole", async () => {
    const run = await runCli(["analyze", "--from-facts", await factsOf(400), "--json"]);
    expect(run.stdout.length).toBeGreaterThan(4 * 65_536);
    expect(expectValid(run.stdout).coverage.nodes.total).toBe(400);
    const { stdout } = await inShell(
      `'${process.execPath}' '${program}' analyze --from-facts '${await factsOf(400)}' --json | cat | wc -l`,
    );
    expect(Number(stdout)).toBeGreaterThan(1_000);
  });

  it("that is closed early keeps the gate's verdict", async () => {
    const facts = await factsOf(400);
    const { stdout } = await inShell(
      `'${process.execPath}' '${program}' analyze --from-facts '${facts}' --fail-on high --json | head -1; echo "\${PIPESTATUS[0]}"`,
    );
    expect(stdout).toBe("{\n1\n");
  });

  it("may be closed by a reader who has seen enough", async () => {
    const facts = await factsOf(400);
    const { stdout, stderr } = await inShell(
      `'${process.execPath}' '${program}' analyze --from-facts '${facts}' --json | head -1; echo "\${PIPESTATUS[0]}"`,
    );
    expect(stdout).toBe("{\n0\n");
    expect(stderr).toBe("");
  });
});

describe("how it looks", () => {
  const escape = "\u001b[";

  it("is without colours in a pipe, and with them when they are forced", async () => {
    const args = ["analyze", "--from-facts", await factsOf(1)];
    const look = async (env: Record<string, string>, ...more: string[]) =>
      (await runCli([...args, ...more], { env })).stdout.includes(escape);
    expect(await look({})).toBe(false);
    expect(await look({ FORCE_COLOR: "1" })).toBe(true);
    expect(await look({ FORCE_COLOR: "0" })).toBe(false);
    expect(await look({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
    expect(await look({ FORCE_COLOR: "1" }, "--no-color")).toBe(false);
    expect(await look({ FORCE_COLOR: "1" }, "--json")).toBe(false);
  });

  it("keeps to the width that COLUMNS names, and lives with a senseless one", async () => {
    const args = ["analyze", "--from-facts", await factsOf(1)];
    const widest = async (columns: string) =>
      Math.max(...(await runCli(args, { env: { COLUMNS: columns } })).stdout.split("\n").map((line) => line.length));
    expect(await widest("72")).toBeLessThanOrEqual(72);
    expect(await widest("160")).toBeGreaterThan(100);
    for (const senseless of ["0", "-5", "wide"]) expect(await widest(senseless)).toBe(await widest("100"));
    expect((await runCli(args, { env: { COLUMNS: "1" } })).code).toBe(0);
  });

  it("is one line when quiet, and its verdict is that of the whole", async () => {
    const args = ["analyze", "--from-facts", await factsOf(1)];
    const env = { COLUMNS: "40" };
    const [whole, quiet] = await Promise.all([runCli([...args, "--json"]), runCli([...args, "--quiet"], { env })]);
    expect(quiet.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(quiet.stdout.trimEnd().endsWith((JSON.parse(whole.stdout) as Report).summary)).toBe(true);
    expect(quiet.stderr).toBe("");
  });

  it("is one line with performance data for Nagios", async () => {
    const run = await runCli(["analyze", "--from-facts", await factsOf(2), "--exit-style", "nagios"]);
    expect(run.stdout).toMatch(/^CACHECTL CRITICAL - .* \| .*=/);
    expect(run.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(run.code).toBe(2);
  });

  it("is a JSON value a line as NDJSON", async () => {
    const run = await runCli(["analyze", "--from-facts", await factsOf(3), "-o", "ndjson"]);
    const lines = run.stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(typeof JSON.parse(line)).toBe("object");
  });
});

describe("the schema", () => {
  it("holds for the analysis of real servers", async () => {
    const [redis, memcached] = await Promise.all([startRedis(), startMemcached()]);
    const targets = [redis.address, `memcached://${memcached.address}`, "127.0.0.1:1"];
    const run = await runCli(["analyze", ...targets, "--sample", "50ms", "--json"]);
    expect(expectValid(run.stdout)).toMatchObject({
      operation: "analyze-cache",
      status: "partial",
      coverage: { nodes: { total: 3, answered: 2 } },
    });
  });

  it("holds for every other verb, and for errors", async () => {
    const redis = await startRedis();
    const dir = await directoryWith({ "one.yaml": `kind: standalone\nhost: ${redis.host}\nport: ${redis.port}\n` });
    const from = ["--profiles-dir", dir, "--json"];
    const operations: [string[], string][] = [
      [["explain", "OOM", "--json"], "explain"],
      [["explain", "hit-rate-low", "--json"], "explain"],
      [["profiles", "list", ...from], "profiles-list"],
      [["profiles", "show", "one", ...from], "profiles-show"],
      [["profiles", "check", "one", ...from], "profiles-check"],
      [["profiles", "init", "two", ...from], "profiles-init"],
      [["analyze", "-p", "nowhere", ...from], "analyze-cache"],
      [["analyze", "--from-facts", "/nonexistent", "--json"], "analyze-cache"],
      [["analyze", "--from-facts", "/nonexistent", "-p", "one", "--json"], "analyze-cache"],
    ];
    for (const [args, operation] of operations) {
      const { stdout } = await runCli(args);
      expect({ args, operation: expectValid(stdout).operation }).toEqual({ args, operation });
    }
  });
});
