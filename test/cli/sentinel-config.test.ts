import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { runCli } from "../support/run-cli.js";
import { findRelease, startRedis, temporaryDirectory, usingServers, waitUntil } from "../support/servers/index.js";
import { ports } from "../support/servers/registry.js";
import { RedisServer } from "../support/servers/start-redis.js";
import { serverProcess } from "../support/servers/test-server.js";

usingServers();

const password = "data-node-password";

async function printed(args: string[], env: Record<string, string> = {}): Promise<Report> {
  const { code, stdout, stderr } = await runCli(["sentinel", "config", ...args, "--json"], { env });
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout) as Report;
}

/** A sentinel of exactly this text; the harness adds where it logs, and nothing else. */
async function startSentinel(release: string, port: number, text: string): Promise<RedisServer> {
  const dir = await temporaryDirectory();
  const file = join(dir, "sentinel.conf");
  await writeFile(file, text, { mode: 0o666 });
  const args = [file, "--sentinel", "--bind", "127.0.0.1", "--dir", dir, "--logfile", join(dir, "server.log")];
  const launch = { release: await findRelease("redis", release), args, dir };
  const server = new RedisServer(port, launch, await serverProcess(launch), undefined, "127.0.0.1");
  await server.start();
  return server;
}

async function fieldsAt(sentinel: RedisServer): Promise<Record<string, string>> {
  const reply = await sentinel.call("SENTINEL", "MASTER", "sessions");
  const words = Array.isArray(reply) ? reply.map(String) : [];
  return Object.fromEntries(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1] ?? ""]] : [])));
}

describe("sentinel config", () => {
  it.concurrent.each(["redis-6.0", "redis-7.0", "redis-8.0", "valkey-9.1"])(
    "prints what real sentinels of %s form a healthy group from",
    { timeout: 150_000 },
    async (release) => {
      const primary = await startRedis({ release, config: { requirepass: password, masterauth: password } });
      const given = await Promise.all([1, 2, 3].map(() => ports.take({ clusterBus: false })));
      const nodes = given.map((port) => `127.0.0.1:${port}`);
      const report = await printed([
        ...["--master", "sessions", "--primary", primary.address, "--nodes", nodes.join(",")],
        ...["--auth-pass-variable", "REDIS_PASSWORD", "--down-after", "5s", "--failover-timeout", "20s"],
      ]);
      const texts = report.sections.map((section) => (section.kind === "text" ? section.lines.join("\n") : ""));
      expect(texts).toHaveLength(3);
      const filled = texts.map((text) => text.replace("${REDIS_PASSWORD}", password) + "\n");
      const sentinels = await Promise.all(given.map((port, i) => startSentinel(release, port, filled[i] ?? "")));
      await waitUntil(
        async () => {
          const seen = await Promise.all(sentinels.map(fieldsAt));
          return seen.every((fields) => fields["flags"] === "master" && fields["num-other-sentinels"] === "2");
        },
        { what: "the sentinels agree", timeoutMs: 60_000 },
      );
      for (const sentinel of sentinels) {
        expect(await sentinel.call("SENTINEL", "CKQUORUM", "sessions")).toMatch(/^OK 3 usable/);
        expect(await fieldsAt(sentinel)).toMatchObject({
          ...{ quorum: "2", "down-after-milliseconds": "5000", "failover-timeout": "20000", "parallel-syncs": "1" },
        });
      }
    },
  );

  it("asks the nodes of a profile who is the primary", async () => {
    const primary = await startRedis();
    const replica = await startRedis({ config: { replicaof: `${primary.host} ${primary.port}` } });
    await waitUntil(async () => String(await replica.call("INFO", "replication")).includes("master_link_status:up"), {
      what: "the replica is linked",
      timeoutMs: 30_000,
    });
    const report = await printed(["--master", "m", "--nodes", "a,b,c", "-p", `redis://${replica.address}`]);
    expect(JSON.stringify(report.sections)).toContain(`sentinel monitor m 127.0.0.1 ${primary.port} 2`);
  });

  it.each([
    [["--nodes", "a,b,c", "--primary", "h:1", "--quorum", "4"], "A quorum of 4 can never be reached by 3 sentinels"],
    [["--nodes", "a,b,c"], "no primary is named"],
    [["--nodes", ",", "--primary", "h:1"], "no sentinel is named"],
    [["--nodes", "a:b", "--primary", "h:1"], "must have a port"],
  ])("refuses %j with exit code 2", async (args, words) => {
    const { code, stderr } = await runCli(["sentinel", "config", "--master", "m", ...args]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(words) as string });
  });
});
