import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { foundRules, rowsOf, runBigkeys, unhurried, validReport } from "../support/bigkeys-run.js";
import { mixedKeys, storeKeys } from "../support/mixed-keys.js";
import { runCli, type CliRun } from "../support/run-cli.js";
import { releases, startCluster, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { bareEnvironment } from "../support/bare-environment.js";
import { program } from "./spawn-cli.js";

usingServers();

const execute = promisify(execFile);
const all = await releases();
const keys = mixedKeys(31).slice(0, 1_500);

async function filled(release?: string): Promise<RedisServer> {
  const server = await startRedis(release === undefined ? {} : { release });
  await storeKeys(keys, [server]);
  return server;
}

/** What every failure owes its reader: it ends by itself, in words, without a stack trace. */
function expectClear(run: CliRun, code: number): void {
  expect(run.signal).toBeNull();
  expect(run.stdout + run.stderr).not.toMatch(/\n\s+at .*:\d+:\d+|internal error|\[object Object\]|undefined|NaN/);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code, stderr: run.stderr });
}

describe("mistakes on the command line", () => {
  it.each([
    [["--sample", "0%"], "Write a share such as 1%"],
    [["--sample", "101%"], "at most 100%"],
    [["--top", "0"], "above 0"],
    [["--groups", "0"], "above 0"],
    [["--limit", "0"], "above 0"],
    [["--rate", "-1"], "above 0"],
    [["--db", "-1"], "0 or above"],
    [["--max-latency", "soon"], "500ms"],
    [["--from", "all"], "primaries, replicas"],
    [["--hot", "often"], "auto, hotkeys, frequency, monitor"],
    [["--for", "5s"], "Add --hot"],
    [["--smaple", "1%"], "Did you mean --sample?"],
    [["--mach", "a*"], "Did you mean --match?"],
  ])("%j is explained, and no server is asked", async (args, expected) => {
    // Nobody listens there: were it asked, this would end with 3.
    const run = await runCli(["bigkeys", "127.0.0.1:1", ...args]);
    expectClear(run, 2);
    expect(run.stderr).toContain(expected);
    expect(run.stdout).toBe("");
  });

  it("is suggested the verb that was meant", async () => {
    const run = await runCli(["bigkey"]);
    expectClear(run, 2);
    expect(run.stderr).toContain("Did you mean bigkeys?");
  });
});

describe.each(all)("$name", ({ name: release, product }) => {
  it("answers a database, a type and a pattern that there is not, in words", async () => {
    const server = await filled(release);
    const database = await runBigkeys([server.address, "--db", "99"]);
    expectClear(database, 3);
    expect(database.report.coverage.unseenKeys?.[0]?.gap).toContain(
      `database 99 of ${server.address} could not be read`,
    );
    const empty = await runBigkeys([server.address, "--db", "3"]);
    expectClear(empty, 0);
    expect(empty.report.status).toBe("success");
    for (const args of [
      ["--match", "nothing:like:this:*"],
      ["--type", "stream"],
    ]) {
      const run = await runBigkeys([server.address, ...args]);
      expectClear(run, 0);
      expect(run.report.status).toBe("success");
      expect(rowsOf(run.report, "groups")).toEqual([]);
      expect(run.report.notes.join(" ")).toMatch(/^Only keys (that match|of type) /);
    }
    // A module may bring a type of any name: Redis looks for it, Valkey knows that it has none of it.
    const mistyped = await runBigkeys([server.address, "--type", "nonsense"]);
    expectClear(mistyped, product === "valkey" ? 3 : 0);
    expect(mistyped.report.notes.join(" ")).toContain("Only keys of type nonsense were looked at");
    const gaps = mistyped.report.coverage.unseenKeys?.map(({ gap }) => gap).join(" ");
    expect(gaps).toMatch(product === "valkey" ? /unknown type name/ : /^$/);
  });
});

describe("hot keys", () => {
  it("are watched by MONITOR only by name, its cost said before, on every node", async () => {
    const { primaries } = await startCluster({ primaries: 3, replicasPerPrimary: 0 });
    await storeKeys(keys, primaries);
    const target = `redis+cluster://${primaries[0]?.address ?? ""}`;
    const run = await runBigkeys([target, "--hot", "monitor", "--for", "300ms"]);
    expectClear(run, 0);
    expect(run.stderr).toMatch(/^MONITOR on 3 nodes for 0\.3 s: .* can halve its throughput/);
    for (const primary of primaries)
      expect(String(await primary.call("INFO", "commandstats"))).toContain("cmdstat_monitor");
  });

  it("are not watched by MONITOR when any way will do", async () => {
    const server = await filled();
    const run = await runBigkeys([server.address, "--hot"]);
    expectClear(run, 0);
    expect(run.report.notes.join(" ")).toMatch(/hot keys.*--hot monitor --for 5s/i);
    expect(String(await server.call("INFO", "commandstats"))).not.toContain("cmdstat_monitor");
  });

  it("are found by MONITOR where a client uses one", async () => {
    const server = await filled();
    const client = server.open();
    const calming = new AbortController();
    const load = (async () => {
      const calls = () => Array.from({ length: 20 }, () => client.call("GET", "user:1:name"));
      while (!calming.signal.aborted) await Promise.all(calls());
    })();
    const { report } = await runBigkeys([server.address, "--hot", "monitor", "--for", "2s"]);
    calming.abort();
    await load;
    client.close();
    expect(rowsOf(report, "hot-keys")[0]).toMatchObject({ key: "user:1:name", node: server.address });
    expect(foundRules(report)).toContain("hot-key");
  });
});

describe("output", () => {
  it("is one line when quiet, with the verdict of the whole", async () => {
    const server = await filled();
    const quiet = await runCli(["bigkeys", server.address, ...unhurried, "--quiet"]);
    expectClear(quiet, 0);
    expect(quiet.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(quiet.stdout).toContain("1,500 keys");
    expect(quiet.stderr).toBe("");
  });

  it("is a JSON value a line as NDJSON", async () => {
    const server = await filled();
    const run = await runCli(["bigkeys", server.address, "-o", "ndjson"]);
    const lines = run.stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(typeof JSON.parse(line)).toBe("object");
    expect(run.stderr).toBe("");
  });

  it("is without colours in a pipe and under NO_COLOR, and says nothing on standard error", async () => {
    const server = await filled();
    const args = ["bigkeys", server.address];
    const [plain, forced, refused] = [
      await runCli(args),
      await runCli(args, { env: { FORCE_COLOR: "1" } }),
      await runCli(args, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }),
    ];
    expect(plain.stdout).not.toContain("\u001b[");
    expect(forced.stdout).toContain("\u001b[");
    expect(refused.stdout).not.toContain("\u001b[");
    expect(plain.stderr).toBe("");
    expect(plain.stdout).toContain("KEYS BY PATTERN");
  });

  it("may be closed by a reader who has seen enough, and keeps the gate's verdict", async () => {
    const server = await filled();
    await server.call("SETRANGE", "export", String(12 * 2 ** 20), "x");
    const line = (gate: string) =>
      `'${process.execPath}' '${program}' bigkeys ${server.address} ${gate} --json | head -1; echo "\${PIPESTATUS[0]}"`;
    const inShell = (gate: string) => execute("bash", ["-c", line(gate)], { env: bareEnvironment });
    expect(await inShell("")).toEqual({ stdout: "{\n0\n", stderr: "" });
    expect(await inShell("--fail-on high")).toEqual({ stdout: "{\n1\n", stderr: "" });
  });

  it("fits the schema for two targets, for a mistake and for nobody there", async () => {
    const [one, other] = [await filled(), await startRedis()];
    const { report } = await runBigkeys([one.address, other.address]);
    expect(report.operation).toBe("bigkeys");
    expect(report.targets.map(({ name }) => name)).toEqual([one.address, other.address]);
    expect(report.sections.every((section) => section.kind !== "table" || section.target !== undefined)).toBe(true);
    const mistake = await runCli(["bigkeys", "-p", "nowhere", "--json"]);
    expect(mistake.code).toBe(2);
    expect(validReport(mistake.stdout).error?.code).toBeDefined();
    const nobody = await runBigkeys(["127.0.0.1:1"]);
    expect({ code: nobody.code, status: nobody.report.status }).toEqual({ code: 3, status: "failed" });
  });
});
