import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { runCli } from "../support/run-cli.js";
import { startRedis, usingServers } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { bareEnvironment } from "../support/bare-environment.js";
import { program } from "./spawn-cli.js";

usingServers();

describe("saved facts", () => {
  it("give the same findings again, without a server, and are for their owner only", async () => {
    const server = await startRedis({ config: { requirepass: "s3cret-password" } });
    const path = join(await directoryWith(), "facts.json");
    const env = { CACHECTL_PASSWORD: "s3cret-password" };
    const live = await runCli(["analyze", server.address, "--sample", "50ms", "--save-facts", path, "--json"], { env });
    await server.stop();
    const replay = await runCli(["analyze", "--from-facts", path, "--json"]);
    const [first, second] = [live, replay].map(({ stdout }) => JSON.parse(stdout) as Report);
    expect(first?.recommendations.length).toBeGreaterThan(0);
    expect(second?.recommendations).toEqual(first?.recommendations);
    expect(second?.coverage).toEqual(first?.coverage);
    expect(second?.targets).toEqual(first?.targets);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(live.stdout + replay.stdout).not.toContain("s3cret-password");
  });

  it("can be piped on", async () => {
    const server = await startRedis();
    const words = ["analyze", server.address, "--sample", "0", "--quiet", "--save-facts", "/dev/stdout"];
    const line = `'${process.execPath}' '${program}' ${words.join(" ")} | head -1`;
    const { stdout } = await promisify(execFile)("bash", ["-c", line], { env: bareEnvironment, maxBuffer: 2 ** 24 });
    expect(JSON.parse(stdout)).toHaveProperty("observedAt");
  });

  it("say where they cannot be written", async () => {
    const server = await startRedis();
    const run = await runCli(["analyze", server.address, "--sample", "0", "--save-facts", "/nonexistent/facts.json"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("/nonexistent/facts.json");
  });
});
