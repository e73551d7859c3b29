import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.js";
import { allowStall, stall } from "../support/client-load.js";
import { drillKeysAt, primariesNamed, untilJournaled, urlOf } from "../support/drill-group.js";
import { runCli } from "../support/run-cli.js";
import {
  findRelease,
  startSentinelGroup,
  usingServers,
  waitUntil,
  type RedisServer,
  type SentinelGroup,
} from "../support/servers/index.js";
import { directoryWith } from "./profile-directory.js";
import { spawnCli } from "./spawn-cli.js";

usingServers();

const timeout = 120_000;

async function drill(group: SentinelGroup, ...args: string[]) {
  return runCli(["sentinel", "drill", "-p", urlOf(group), ...args]);
}

async function expectUntouched(group: SentinelGroup): Promise<void> {
  expect(await drillKeysAt(group.primary)).toBe(0);
  expect(String(await group.primary.call("ROLE"))).toMatch(/^master/);
}

describe("sentinel drill that must not begin", () => {
  it("refuses without a confirmation, on a protected profile, and where another is meant", { timeout }, async () => {
    const group = await startSentinelGroup();
    const profile = [
      "kind: sentinel",
      `sentinels: [${group.sentinels.map(({ address }) => address).join(", ")}]`,
      "master: mymaster",
      "protected: true",
    ].join("\n");
    const dir = await directoryWith({ "guarded.yaml": `${profile}\n` });
    const planned = await drill(group, "--dry-run");
    expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining("SENTINEL FAILOVER mymaster") as string });
    expect(await drill(group)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no terminal to ask") as string,
    });
    const guarded = await runCli(["sentinel", "drill", "-p", "guarded", "--profiles-dir", dir]);
    expect(guarded).toMatchObject({ code: 2, stderr: expect.stringContaining("guarded is protected") as string });
    const other = await drill(group, "other", "--yes");
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("monitor mymaster") as string });
    const wrongKind = await runCli(["sentinel", "drill", "-p", group.primary.address, "--yes"]);
    expect(wrongKind).toMatchObject({ code: 2, stderr: expect.stringContaining("kind standalone") as string });
    await expectUntouched(group);
  });

  it("refuses without a promotable replica, and without a quorum", { timeout }, async () => {
    const group = await startSentinelGroup();
    const [replica] = group.replicas;
    await replica?.call("CONFIG", "SET", "replica-priority", "0");
    await waitUntil(
      async () => {
        const told = await Promise.all(group.sentinels.map((one) => one.call("SENTINEL", "REPLICAS", "mymaster")));
        return told.every((replicas) => String(replicas).includes("slave-priority,0"));
      },
      { what: "the sentinels know", timeoutMs: 30_000 },
    );
    const unfit = await drill(group, "--yes");
    expect(unfit).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("pass it over: replica-priority is 0") as string,
    });
    await Promise.all(group.sentinels.slice(1).map((sentinel) => sentinel.kill()));
    const hasQuorum = () =>
      group.sentinels[0]?.call("SENTINEL", "CKQUORUM", "mymaster").then(
        () => true,
        () => false,
      );
    // A sentinel that stood still judges nobody for half a minute (TILT).
    await waitUntil(async () => !(await hasQuorum()), { what: "the quorum is gone", timeoutMs: 60_000 });
    const alone = await drill(group, "--yes");
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("NOQUORUM") as string });
    await expectUntouched(group);
  });

  it(
    "refuses while a sentinel takes the replica for a primary still, which would undo its promotion",
    { timeout },
    async () => {
      const group = await startSentinelGroup({ release: "redis-8.0" });
      // Not the one that gets the order, which has the lowest address.
      const [sentinel, ...others] = group.sentinels.toSorted((a, b) => b.port - a.port) as [RedisServer, RedisServer];
      const askEvery = (ms: number, who: RedisServer[]) =>
        Promise.all(who.map((one) => one.call("SENTINEL", "DEBUG", "INFO-PERIOD", String(ms))));
      const seldomMs = 10_000_000;
      const [replica] = group.replicas as [RedisServer];
      const reported = async (role: "master" | "slave") => {
        await waitUntil(
          async () => {
            const replicas = String(await sentinel.call("SENTINEL", "REPLICAS", "mymaster"));
            return replicas.includes(`role-reported,${role},`);
          },
          { what: `the sentinel has heard ${role}`, timeoutMs: 30_000 },
        );
      };
      await askEvery(seldomMs, others);
      await askEvery(100, [sentinel]);
      await replica.call("REPLICAOF", "NO", "ONE");
      await reported("master");
      await askEvery(seldomMs, [sentinel]);
      await replica.call("REPLICAOF", group.primary.host, String(group.primary.port));
      await waitUntil(async () => String(await replica.call("INFO", "replication")).includes("master_link_status:up"), {
        what: "the replica is one again",
        timeoutMs: 30_000,
      });
      await askEvery(100, others);
      const outdated = await drill(group, "--yes");
      expect(outdated).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${sentinel.address} has last heard ${replica.address} call itself`) as string,
      });
      await expectUntouched(group);
      await askEvery(100, [sentinel]);
      await reported("slave");
      expect(await drill(group, "--dry-run")).toMatchObject({ code: 0 });
    },
  );

  it("refuses while a failover is in progress", { timeout }, async () => {
    const group = await startSentinelGroup({
      replicas: 2,
      sentinelLines: ["sentinel failover-timeout mymaster 120000", "sentinel down-after-milliseconds mymaster 60000"],
    });
    // Whom it is to promote does not answer, so it goes on until its timeout.
    await Promise.all(group.replicas.map((replica) => replica.freeze()));
    await group.sentinels[0]?.call("SENTINEL", "FAILOVER", "mymaster");
    const run = await drill(group, "--yes", "--timeout", "2s");
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("right now") as string });
    await expectUntouched(group);
  });
});

describe("sentinel drill that is disturbed", () => {
  it("ends with the first signal, orders nothing more, and leaves no key", { timeout }, async () => {
    const group = await startSentinelGroup();
    const journal = join(await directoryWith(), "drill.jsonl");
    const words = ["sentinel", "drill", "-p", urlOf(group), "--yes", "--json", "--journal", journal];
    const before = spawnCli([...words, "--rate", "1"]);
    await untilJournaled(journal, "begin");
    before.child.kill("SIGINT");
    expect(await before.ended).toEqual({ code: 130, signal: null });
    const told = JSON.parse(before.stdout()) as Report;
    expect(told).toMatchObject({ interrupted: true, change: { complete: false, done: [], failed: [] } });
    expect(told.summary).toContain("no failover was begun");
    await expectUntouched(group);

    const after = spawnCli(words);
    await untilJournaled(journal, "order");
    after.child.kill("SIGINT");
    expect(await after.ended).toEqual({ code: 130, signal: null });
    const report = JSON.parse(after.stdout()) as Report;
    const [replica] = group.replicas;
    expect(report.change?.done).toContainEqual(expect.stringContaining(`${replica?.address ?? ""} took a write`));
    expect(report.change?.notDone).toEqual(["see that every sentinel and every replica follows"]);
    expect(report.sections.map(({ id }) => id)).toContain("ledger");
    if (replica !== undefined) expect(await drillKeysAt(replica)).toBe(0);
  });

  it("fails with 4, and says so, where the replica stops answering before the order", { timeout }, async () => {
    const { version } = await findRelease("redis");
    const group = await startSentinelGroup({
      config: allowStall(version),
      sentinelLines: ["sentinel down-after-milliseconds mymaster 60000"],
    });
    const journal = join(await directoryWith(), "drill.jsonl");
    const run = spawnCli([
      ...["sentinel", "drill", "-p", urlOf(group), "--yes", "--json", "--journal", journal],
      // The order comes after 1.6 s: time to hold up the replica, and well before Sentinel leaves it out (5 s without an answer).
      ...["--rate", "2", "--wait", "8s"],
    ]);
    await untilJournaled(journal, "begin");
    const [replica] = group.replicas as [RedisServer];
    // For longer than this test; that nobody waits for its answer is no matter.
    void stall(replica, 100_000).catch(() => undefined);
    expect(await run.ended).toEqual({ code: 4, signal: null });
    const report = JSON.parse(run.stdout()) as Report;
    expect(report.summary).toContain("no new primary took a write in time");
    expect(report.change).toMatchObject({
      complete: false,
      failed: [{ reason: expect.stringContaining("no write") as string }],
    });
    expect(await primariesNamed(group)).toEqual(group.sentinels.map(() => group.primary.address));
    await expectUntouched(group);
  });
});
