import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { bareEnvironment } from "../support/bare-environment.js";
import { runCli } from "../support/run-cli.js";
import { startRedis, usingServers } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { program } from "./spawn-cli.js";

usingServers();

const server = await startRedis();
const target = ["-p", `redis://${server.address}`];

beforeEach(async () => {
  await server.call("FLUSHALL");
  await server.call("MSET", "a", "1", "b", "1", "c", "1");
  await server.call("SADD", "tag:t", "a", "b", "gone");
});

function run(...args: string[]) {
  return runCli(["invalidate", ...target, ...args]);
}

describe("cachectl invalidate", () => {
  it("shows in a dry run what it would do, and changes nothing", async () => {
    const { code, stdout } = await run("--tag", "t", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("would delete 3 keys. Nothing was changed.");
    expect(stdout).toContain("tag:t");
    expect(await server.call("DBSIZE")).toBe(4);
  });

  it("deletes, reads back, and finds nothing at the second time", async () => {
    const { code, stdout } = await run("--tag", "t", "--verify", "--json");
    const report = JSON.parse(stdout) as Report;
    expect({ code, operation: report.operation, status: report.status }).toEqual({
      ...{ code: 0, operation: "invalidate", status: "success" },
    });
    expect(report.sections.find(({ id }) => id === "verified")).toMatchObject({ rows: [{ checked: 3, gone: 3 }] });
    expect(await server.call("DBSIZE")).toBe(1);
    const again = await run("--tag", "t");
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("Nothing was found of the tag t");
  });

  it("asks before it deletes by a pattern, and refuses every key in any case", async () => {
    const pattern = await run("--prefix", "a");
    expect({ code: pattern.code, keys: await server.call("DBSIZE") }).toEqual({ code: 2, keys: 4 });
    expect(pattern.stderr).toContain("--yes");
    expect(pattern.stderr).toContain("would delete 1 key");
    const everything = await run("--pattern", "*");
    expect(everything).toMatchObject({ code: 2 });
    expect(everything.stderr).toContain("every key");
    expect((await run("--prefix", "a", "--yes")).code).toBe(0);
    expect(await server.call("DBSIZE")).toBe(3);
  });

  it("asks for anything where the profile is protected", async () => {
    const profile = `kind: standalone\nhost: ${server.host}\nport: ${server.port}\nprotected: true\n`;
    const dir = await directoryWith({ "shop.yaml": profile });
    const args = ["invalidate", "--profiles-dir", dir, "-p", "shop", "--key", "a"];
    expect((await runCli(args)).code).toBe(2);
    expect(await server.call("EXISTS", "a")).toBe(1);
    expect((await runCli([...args, "--yes"])).code).toBe(0);
    expect(await server.call("EXISTS", "a")).toBe(0);
  });

  it("takes scheme, prefix and audit file from the profile, and leaves a line for each run", async () => {
    await server.call("ZADD", "shop_tag:t:entries", "-1", "x");
    await server.call("SET", "shop_x", "1");
    const tags = "tags: { scheme: laravel, prefix: shop_ }\naudit: audit/lines.jsonl\n";
    const dir = await directoryWith({
      "shop.yaml": `kind: standalone\nhost: ${server.host}\nport: ${server.port}\n${tags}`,
    });
    const args = ["invalidate", "--profiles-dir", dir, "-p", "shop", "--tag", "t"];
    expect((await runCli([...args, "--dry-run"])).code).toBe(0);
    expect((await runCli(args, { env: { USER: "anna" } })).code).toBe(0);
    expect((await runCli(args)).code).toBe(0);
    expect(await server.call("EXISTS", "shop_x", "shop_tag:t:entries")).toBe(0);
    const lines = (await readFile(join(dir, "audit/lines.jsonl"), "utf8")).trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      ...{ user: "anna", profile: "shop", operation: "invalidate", status: "success" },
      ...{ selector: { kind: "tags", tags: ["t"] }, counts: { deleted: 1, untagged: 1 } },
    });
  });

  it("refuses before it changes anything where no audit line can be left", async () => {
    const dir = await directoryWith({ file: "" });
    const { code, stderr } = await run("--key", "a", "--audit", join(dir, "file", "audit.jsonl"));
    expect({ code, exists: await server.call("EXISTS", "a") }).toEqual({ code: 2, exists: 1 });
    expect(stderr).toContain("nothing was changed");
  });

  it("reads names from standard input, whatever bytes they are", async () => {
    await server.call("SET", "größe", "1");
    const child = spawn(process.execPath, [program, "invalidate", ...target, "--keys-from", "-"], {
      env: bareEnvironment,
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.end("a\r\n\ngröße\nb");
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, left: await server.call("EXISTS", "a", "b", "größe") }).toEqual({ code: 0, left: 0 });
  });

  it.each([
    [[], "nothing is selected"],
    [["--tag", "t", "--key", "a"], "several ways"],
    [["--tag", "t", "--any", "--all"], "exclude each other"],
    [["--tag", "t", "--stale", "0"], "seconds"],
    [["--tag", "t", "--scheme", "sets"], "scheme"],
    [["--key", "a", "--prune"], "no tag is named"],
    [["--keys-from", "/nonexistent"], "cannot be read"],
  ])("says what is wrong with %j, and exits 2", async (args, text) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await server.call("DBSIZE")).toBe(4);
  });

  it("exits 3 where no server answers", async () => {
    const { code, stderr } = await runCli(["invalidate", "-p", "redis://127.0.0.1:1", "--tag", "t"]);
    expect(code).toBe(3);
    expect(stderr).toContain("nothing was changed");
  });
});
