import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { untilSettled } from "../support/cluster-settled.js";
import { runCli, type CliRun } from "../support/run-cli.js";
import {
  releases,
  sane,
  startCluster,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
  type TestCluster,
} from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { bareEnvironment } from "../support/bare-environment.js";
import { program } from "./spawn-cli.js";

usingServers();

const execute = promisify(execFile);
const timeoutMs = 40_000;

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(await readFile(new URL("../../dist/report.schema.json", import.meta.url), "utf8")) as object,
);

function validReport({ stdout }: CliRun): Report {
  const report = JSON.parse(stdout) as Report;
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  return report;
}

const check = (...args: string[]) => runCli(["cluster", "check", "--sample", "0", ...args]);
const info = (...args: string[]) => runCli(["cluster", "info", ...args]);

// The check has no rules of security, and a URL with a password would be on the command line.
const config: Record<string, string> = { ...sane(), save: "3600 1" };
delete config["requirepass"];

// Every release is judged in test/server/healthy.test.ts; these two differ most in what they can be asked.
const all = await releases();
describe.each(all.filter((_, index) => index === 0 || index === all.length - 1))(
  "a healthy cluster of $name",
  ({ name: release }) => {
    it("passes the check and is OK", async () => {
      const cluster = await startCluster({ release, config, replicasPerPrimary: 1 });
      const [node] = cluster.nodes as [RedisServer];
      await untilSettled(cluster.nodes);
      const [checked, seen] = await Promise.all([check(node.address, "--json"), info(node.address)]);
      const { recommendations } = validReport(checked);
      expect(recommendations.filter(({ priority }) => !["info", "low"].includes(priority))).toEqual([]);
      expect(checked.code).toBe(0);
      expect(seen.stdout).toMatch(/^OK {2}/);
      expect(seen.code).toBe(0);
      await cluster.stop();
    });
  },
);

describe("a cluster of three primaries with a replica each", () => {
  let cluster: TestCluster;
  let primary: RedisServer;
  let replica: RedisServer;

  beforeAll(async () => {
    cluster = await startCluster({ config });
    [primary] = cluster.primaries as [RedisServer];
    [replica] = cluster.replicas as [RedisServer];
    await untilSettled(cluster.nodes);
  });

  it("has a check that a pipe may close, and a topology that keeps to the schema", async () => {
    const { stdout } = await execute(
      "bash",
      ["-c", `'${process.execPath}' '${program}' cluster check --sample 0 ${primary.address} | head -1`],
      { env: bareEnvironment },
    );
    expect(stdout).toMatch(/^OK {2}/);
    const { operation, sections } = validReport(await info(primary.address, "--json"));
    expect(operation).toBe("cluster-info");
    expect(sections.map(({ id }) => id)).toEqual(["topology", "skew"]);
  });

  it("fails the check for settings that differ, unless the gate is higher", async () => {
    await replica.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
    const drift = await check(primary.address, "--json");
    expect(validReport(drift).recommendations.map(({ ruleId }) => ruleId)).toContain("cluster-config-drift");
    expect(drift.code).toBe(1);
    expect((await check(primary.address, "--fail-on", "critical")).code).toBe(0);
    await replica.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  });

  it("knows the zones of the profile, and says when they are one", async () => {
    const zones = "zones: { 127.0.0.1: eu-1a }";
    const dir = await directoryWith({ "it.yaml": `kind: cluster\nnodes: [${primary.address}]\n${zones}\n` });
    const { recommendations } = validReport(await check("-p", "it", "--profiles-dir", dir, "--json"));
    expect(recommendations).toContainEqual(expect.objectContaining({ ruleId: "cluster-zone-loss", priority: "low" }));
    const { sections } = validReport(await info("-p", "it", "--profiles-dir", dir, "--json"));
    const rows = sections.flatMap((section) =>
      section.kind === "table" && section.id === "topology" ? section.rows : [],
    );
    expect(rows.map(({ zone }) => zone)).toEqual(Array.from({ length: 6 }, () => "eu-1a"));
    const shown = await runCli(["profiles", "show", "it", "--profiles-dir", dir]);
    expect(shown.stdout).toMatch(/zones +127\.0\.0\.1/);
  });

  it("is not OK with an open slot, though everybody answers", async () => {
    const other = String(await cluster.primaries[1]?.call("CLUSTER", "MYID"));
    await primary.call("CLUSTER", "SETSLOT", "7", "MIGRATING", other);
    const [table, nagios] = await Promise.all([info(primary.address), info(primary.address, "--exit-style", "nagios")]);
    expect(table.stdout).toMatch(/^UNSETTLED {2}/);
    expect(table.code).toBe(0);
    expect(nagios.stdout).toMatch(/^CACHECTL WARNING - /);
    expect(nagios.code).toBe(1);
    expect((await check(primary.address)).code).toBe(1);
    await primary.call("CLUSTER", "SETSLOT", "7", "STABLE");
  });

  it("fails the check for a replica that is gone, and cannot be shown whole", async () => {
    await replica.stop();
    await waitUntil(
      async () => new RegExp(`:${replica.port}@\\S+ \\S*fail[, ]`).test(String(await primary.call("CLUSTER", "NODES"))),
      { what: "the replica is held for failed", timeoutMs },
    );
    const gone = await check(primary.address, "--json");
    expect(gone.code).toBe(1);
    expect(validReport(gone).recommendations).toContainEqual(
      expect.objectContaining({ ruleId: "node-unreachable", nodes: [replica.address] }),
    );
    // Nobody vouches for it, so this is as bad as a node can be; without a finding, it would be 3.
    expect((await check(primary.address, "--fail-on", "critical")).code).toBe(1);
    const seen = await info(primary.address, "--json");
    expect(seen.code).toBe(3);
    expect(validReport(seen).sections[0]?.id).toBe("obstacles");
  });
});

describe("what is no cluster", () => {
  it.each([check, info])(
    "is refused with a next step, and one that nobody answers for is told from it",
    async (verb) => {
      const server = await startRedis();
      const run = await verb(server.address);
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(`${server.address} is not in cluster mode`);
      expect(run.stderr).toContain("Name a profile of kind cluster");
      const nobody = await verb("127.0.0.1:1", "--json");
      expect(nobody.code).toBe(verb === check ? 1 : 3);
      expect(nobody.stdout).not.toContain("without an owner");
      validReport(nobody);
    },
  );

  it("is refused for a verb that changes one cluster when two are named", async () => {
    const run = await runCli(["cluster", "fix", "-p", "127.0.0.1:1,127.0.0.1:2", "--yes"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("Name one profile of kind cluster with -p.");
  });
});
