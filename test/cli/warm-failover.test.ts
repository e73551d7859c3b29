import { describe, expect, it } from "vitest";
import { primariesNamed, urlOf } from "../support/drill-group.js";
import {
  startSentinelGroup,
  usingServers,
  waitUntil,
  type RedisServer,
  type SentinelGroup,
} from "../support/servers/index.js";
import { calm, figure, userMap, users, warmFiles } from "../support/warm-run.js";
import { ended, keyCount, underWay } from "../support/warm-under-way.js";

usingServers();

const rowCount = 15_000;
const deadline = 120_000;

describe("a Sentinel group, while it is warmed", () => {
  it(
    "fails over once its replica has caught up: the run goes on at the new primary, and every item is there; that it is, nobody can tell",
    { timeout: deadline },
    async () => {
      const group = await startSentinelGroup();
      const { primary, replica } = pairOf(group);
      const { manifest } = await warmFiles(users(rowCount), userMap);
      const run = await underWay([manifest, "-p", urlOf(group), "--patience", "2m"], [primary]);
      // Writes are held back, so that nothing is acknowledged that the replica does not have.
      await primary.call("CLIENT", "PAUSE", "120000", "WRITE");
      await waitUntil(async () => (await offsetOf(primary)) === (await offsetOf(replica)), {
        what: "the replica has caught up",
        timeoutMs: 20_000,
      });
      await failOver(group, replica);
      const { code, report } = await ended(run);
      expect([code, figure(report, "items written"), figure(report, "gone")]).toEqual([4, rowCount, 0]);
      expect(report.change?.failed).toEqual([
        {
          step: "keep what was written",
          reason: `a primary was replaced (from ${primary.address} to ${replica.address}): what the old one acknowledged last may be lost with it`,
        },
      ]);
      expect(report.change?.goOn[0]).not.toContain("--resume");
      expect(await keyCount(replica)).toBe(rowCount);
    },
  );

  it(
    "fails over in the middle of writes: what was lost with the old primary is not kept quiet",
    { timeout: deadline },
    async () => {
      const group = await startSentinelGroup();
      const { primary, replica } = pairOf(group);
      const { manifest } = await warmFiles(users(rowCount), userMap);
      const run = await underWay([manifest, "-p", urlOf(group)], [primary], { pace: [...calm, "--rate", "700"] });
      await failOver(group, replica);
      const { code, report } = await ended(run);
      expect([code, figure(report, "items written")]).toEqual([4, rowCount]);
      expect(report.summary).toContain("acknowledged last may be lost");
      // The old primary took writes for some seconds more.
      const lost = rowCount - (await keyCount(replica));
      expect(lost).toBeGreaterThanOrEqual(0);
      expect(figure(report, "gone") > 0 || lost < rowCount / 10, `${lost} lost`).toBe(true);
    },
  );
});

function pairOf({ primary, replicas }: SentinelGroup): { primary: RedisServer; replica: RedisServer } {
  return { primary, replica: replicas[0] as RedisServer };
}

async function offsetOf(server: RedisServer): Promise<number> {
  const info = String(await server.call("INFO", "replication"));
  return Number(/(?:master|slave)_repl_offset:(\d+)/.exec(info.replace(/slave_read_repl_offset:\d+/, ""))?.[1]);
}

async function failOver(group: SentinelGroup, replica: RedisServer): Promise<void> {
  await group.sentinels[0]?.call("SENTINEL", "FAILOVER", group.masterName);
  await waitUntil(async () => ((await replica.call("ROLE")) as string[])[0] === "master", {
    what: "the replica is promoted",
    timeoutMs: 60_000,
  });
  await waitUntil(async () => (await primariesNamed(group)).every((name) => name === replica.address), {
    what: "every sentinel names it",
    timeoutMs: 60_000,
  });
}
