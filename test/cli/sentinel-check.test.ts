import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { runCli, type CliRun } from "../support/run-cli.js";
import { downAfterMs, password, startScene, untilFound, type Scene } from "../support/sentinel-scene.js";
import { untilNoneTilts } from "../support/sentinel-tilt.js";
import { startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";

usingServers();

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(await readFile(new URL("../../dist/report.schema.json", import.meta.url), "utf8")) as object,
);

function validReport({ stdout }: CliRun): Report {
  const report = JSON.parse(stdout) as Report;
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  return report;
}

describe("sentinel check", () => {
  let scene: Scene;
  let dir: string;
  const check = (...args: string[]) =>
    runCli(["sentinel", "check", "--sample", "0", ...args], { env: { NODES: password } });
  const onProfile = (...args: string[]) => check("-p", "it", "--profiles-dir", dir, ...args);

  beforeAll(async () => {
    scene = await startScene({ release: "valkey-9.1", sentinels: 3, replicas: 1 });
    await untilFound(scene);
  });

  const profile = async () => {
    const [sentinel] = scene.sentinels as [RedisServer];
    dir = await directoryWith({
      "it.yaml": `kind: sentinel\nsentinels: [${sentinel.address}]\nmaster: mymaster\npassword: { env: NODES }\n`,
    });
  };

  it(
    "passes a healthy group from one sentinel, with the loss of each host simulated",
    { timeout: 120_000 },
    async () => {
      await profile();
      let [table, json] = [await onProfile(), await onProfile("mymaster", "--json")];
      // A sentinel that stood still for two seconds is in TILT for the next thirty, and rightly found.
      const saysTilt = () => [table, json].some(({ stdout }) => stdout.includes("sentinel-tilt"));
      while (saysTilt()) {
        await untilNoneTilts(scene.sentinels);
        [table, json] = [await onProfile(), await onProfile("mymaster", "--json")];
      }
      expect(table).toMatchObject({ code: 0, stderr: "" });
      expect(table.stdout).toMatch(/^OK {2}1 info\. All 5 nodes/);
      expect(table.stdout).toContain("WITHOUT ONE HOST");
      const report = validReport(json);
      expect(report.operation).toBe("sentinel-check");
      expect(report.sections.map(({ id }) => id)).toEqual(["sentinels", "servers", "loss"]);
      expect(json.stdout).not.toContain(password);
    },
  );

  it("names the masters there are for one that there is not, and takes no other server for a sentinel", async () => {
    await profile();
    const unknown = await onProfile("mymastr");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("watch no master named mymastr");
    expect(unknown.stderr).toContain("they watch mymaster");
    const server = await startRedis();
    const wrong = await check(server.address);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain(`${server.address} is not a Sentinel, and this verb works on a Sentinel group`);
    const cluster = await check("-p", "redis+cluster://127.0.0.1:1");
    expect(cluster.code).toBe(2);
    expect(cluster.stderr).toContain("is of kind cluster");
  });

  it("gates by priority, for Nagios too, and judges saved facts again without asking anybody", async () => {
    await profile();
    const last = scene.sentinels.at(-1) as RedisServer;
    await last.call("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "3000");
    const facts = join(dir, "facts.json");
    const live = await onProfile("--json", "--save-facts", facts);
    expect(live.code).toBe(1);
    expect(validReport(live).recommendations.map(({ ruleId }) => ruleId)).toContain("sentinel-settings-drift");
    expect(await readFile(facts, "utf8")).not.toContain(password);
    expect((await onProfile("--fail-on", "high")).code).toBe(0);
    expect((await onProfile("--exit-style", "nagios")).stdout).toMatch(/^CACHECTL WARNING - /);
    const again = await check("--from-facts", facts, "--json");
    expect(again.code).toBe(1);
    expect(validReport(again).recommendations).toEqual(validReport(live).recommendations);
    expect((await check("--from-facts", facts, "-p", "it")).code).toBe(2);
    await last.call("SENTINEL", "SET", "mymaster", "down-after-milliseconds", String(downAfterMs));
  });

  it("fails for a dead sentinel, and cannot tell below the gate", async () => {
    await profile();
    const last = scene.sentinels.at(-1) as RedisServer;
    await last.stop();
    const dead = await onProfile("--json");
    expect(dead.code).toBe(1);
    const { coverage, recommendations } = validReport(dead);
    expect(coverage.nodes).toMatchObject({ total: 5, answered: 4 });
    expect(recommendations).toContainEqual(
      expect.objectContaining({ ruleId: "node-unreachable", nodes: [last.address] }),
    );
    expect(coverage.cannotJudge.map(({ ruleId }) => ruleId)).toContain("sentinel-duplicate-id");
    // What was not seen keeps the run from being fine, whatever a profile ignores.
    const ignored = await directoryWith({
      "it.yaml": `${await readFile(join(dir, "it.yaml"), "utf8")}ignore: [{ rule: node-unreachable, reason: known }, { rule: sentinel-host-loss, reason: known }]\n`,
    });
    const quiet = await check("-p", "it", "--profiles-dir", ignored, "--fail-on", "high");
    expect(quiet.code).toBe(3);
    expect((await check("127.0.0.1:1", "--fail-on", "critical")).code).not.toBe(0);
  });
});
