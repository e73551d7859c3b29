import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { carryOut } from "./live.js";
import {
  causeDeadline,
  checkScene,
  letSentinelsConnectAnew,
  password,
  setAsOthers,
  startScene,
  untilEverybodyIsKnown,
  untilFound,
  untilFoundBut,
  watcherPassword,
  type Scene,
  type Shape,
} from "./sentinel-scene.js";
import { startRedis, waitUntil, type RedisServer } from "./servers/index.js";

/**
 * What is wrong with how a group is set up: each cause found by its name with nothing else, and gone after the finding's own
 * commands.
 */
export function describeSettingsCauses(shape: Shape): void {
  const { release, sentinels, replicas } = shape;
  const group = `a group of ${sentinels} sentinels and ${replicas} replicas of ${release}`;
  describe(group, { timeout: causeDeadline }, () => {
    let scene: Scene;
    let all: RedisServer[];
    let last: RedisServer;

    const begin = async () => {
      scene = await startScene(shape);
      all = [scene.primary, ...scene.replicas];
      last = scene.sentinels.at(-1) as RedisServer;
    };
    beforeAll(begin);
    // Whatever a failed test left behind is no concern of the next one.
    afterEach(async ({ task }) => {
      if (task.result?.state !== "fail") return;
      await scene.stop();
      await begin();
    });
    afterAll(() => scene.stop());

    it("gives nothing while it is healthy, with everybody asked and every rule judged", async () => {
      await untilFound(scene);
      const { coverage } = await checkScene(scene);
      const total = sentinels + 1 + replicas;
      expect(coverage).toMatchObject({ nodes: { total, answered: total }, cannotJudge: [], discoveryGaps: [] });
    });

    it("reports a quorum above the number of sentinels", async () => {
      await onEach(scene.sentinels, "SENTINEL", "SET", "mymaster", "quorum", String(sentinels + 1));
      const finding = await untilFound(scene, "sentinel-quorum-unreachable");
      expect(finding.priority).toBe("high");
      await carryOut(finding);
      await untilFound(scene);
    });

    it("reports a down-after-milliseconds that differs", async () => {
      await last.call("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "3000");
      const finding = await untilFound(scene, "sentinel-settings-drift");
      expect(finding.evidence).toContainEqual(expect.objectContaining({ node: last.address, value: 3_000 }));
      await carryOut(finding);
      await untilFound(scene);
    });

    it("reports min-replicas-to-write 0", async () => {
      await onEach(all, "CONFIG", "SET", "min-replicas-to-write", "0");
      const finding = await untilFound(scene, "sentinel-write-loss");
      expect(finding.nodes).toHaveLength(all.length);
      await carryOut(finding, password);
      await untilFound(scene);
    });

    it("reports that no replica may be promoted, when all have priority 0", async () => {
      await onEach(scene.replicas, "CONFIG", "SET", "replica-priority", "0");
      const finding = await untilFound(scene, "sentinel-no-promotable-replica");
      expect(finding.nodes).toEqual(scene.replicas.map(({ address }) => address).sort());
      await carryOut(finding, password);
      await untilFound(scene);
    });

    it("reports a master without masterauth", async () => {
      await scene.primary.call("CONFIG", "SET", "masterauth", "");
      const finding = await untilFound(scene, "sentinel-masterauth-missing");
      expect(finding.nodes).toEqual([scene.primary.address]);
      await carryOut(finding, password, password);
      await untilFound(scene);
    });

    it("reports a sentinel with a wrong auth-pass", async () => {
      await last.call("SENTINEL", "SET", "mymaster", "auth-pass", "no-such-word");
      await letSentinelsConnectAnew(scene);
      const finding = await untilFound(scene, "sentinel-login-refused");
      expect(finding.nodes).toContain(last.address);
      await carryOut(finding, undefined, watcherPassword);
      await letSentinelsConnectAnew(scene);
      await untilFound(scene);
    });

    it("reports a sentinel that watches another address", async () => {
      const other = await startRedis({ release: scene.primary.release.name, host: "127.0.1.9" });
      await last.call("SENTINEL", "REMOVE", "mymaster");
      await last.call("SENTINEL", "MONITOR", "mymaster", other.host, String(other.port), quorumOf(shape));
      await setAsOthers(last);
      // Of three sentinels, that leaves two, and no host of theirs may fail. The odd one is alone, below its quorum, until the
      // others say hello to it: they still know it, and send their PUBLISH to every sentinel that they know, every two seconds.
      const passing = ["sentinel-quorum-unreachable"];
      const consequences = sentinels === 3 ? ["sentinel-host-loss"] : [];
      const finding = await untilFoundBut(scene, passing, "sentinel-views-differ", ...consequences);
      expect(finding.priority).toBe("high");
      await carryOut(finding);
      await setAsOthers(last);
      await letSentinelsConnectAnew(scene);
      await untilEverybodyIsKnown(scene, last, sentinels - 1);
      await untilFound(scene);
      await other.stop();
    });

    it("reports a dead replica", async () => {
      const replica = scene.replicas[0] as RedisServer;
      await replica.stop();
      // The only one: nobody to promote, and the master refuses writes, as min-replicas-to-write bids it.
      const consequences = replicas === 1 ? ["sentinel-no-promotable-replica", "min-replicas-unmet"] : [];
      const finding = await untilFound(scene, "sentinel-node-down", "node-unreachable", ...consequences);
      expect(finding.nodes).toEqual([replica.address]);
      await replica.start();
      await untilFound(scene);
    });

    it("reports a failover in progress, and nothing once it was broken off", async () => {
      // The user of the sentinels may not promote, so the failover waits for that until its timeout: long enough to be seen.
      const timeout = (ms: string) => onEach(scene.sentinels, "SENTINEL", "SET", "mymaster", "failover-timeout", ms);
      // Longer than the half minute for which a machine that stood still puts sentinels into TILT.
      await timeout("60000");
      await onEach(scene.replicas, "ACL", "SETUSER", "watcher", "-replicaof", "-slaveof");
      await waitUntil(async () => (await last.call("SENTINEL", "FAILOVER", "mymaster").catch(() => "")) === "OK", {
        what: "the failover is begun",
        timeoutMs: 30_000,
      });
      const finding = await untilFound(scene, "sentinel-failover-running");
      expect(finding.nodes).toEqual([last.address]);
      await timeout("4000");
      await untilFound(scene);
      await onEach(scene.replicas, "ACL", "SETUSER", "watcher", "+@all");
    });
  });
}

function quorumOf({ sentinels }: Shape): string {
  return String(Math.floor(sentinels / 2) + 1);
}

async function onEach(servers: readonly RedisServer[], command: string, ...args: string[]): Promise<void> {
  await Promise.all(servers.map((server) => server.call(command, ...args)));
}
