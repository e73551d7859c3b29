import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { carryOut } from "./live.js";
import {
  causeDeadline,
  password,
  resetAll,
  restartWithId,
  rolesOf,
  startInPlaceOf,
  startScene,
  untilEverybodyIsKnown,
  untilFound,
  type Scene,
  type Shape,
} from "./sentinel-scene.js";
import { isInTilt } from "./sentinel-tilt.js";
import { waitUntil, type RedisServer } from "./servers/index.js";

/** What becomes wrong while a group runs: who is who, where, and who is the master. */
export function describeIdentityCauses(shape: Shape): void {
  const { release, sentinels, replicas } = shape;
  const group = `a group of ${sentinels} sentinels and ${replicas} replicas of ${release}`;
  describe(group, { timeout: causeDeadline }, () => {
    let scene: Scene;
    let first: RedisServer;
    let last: RedisServer;

    const begin = async () => {
      scene = await startScene(shape);
      [first] = scene.sentinels as [RedisServer];
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

    // Of three sentinels that are two or count as four, one more is too few without any one host.
    const ofThree = sentinels === 3 ? ["sentinel-host-loss"] : [];

    it("reports two masters after a partition between the sentinels and the master", async () => {
      await untilFound(scene);
      const { primary: old } = await rolesOf(scene);
      await old.call("ACL", "SETUSER", "watcher", "off");
      await old.call("CLIENT", "KILL", "USER", "watcher");
      // The partition is a login that is refused. The old master has no replica left and stops taking writes; with one replica,
      // the new one has none either.
      const consequences = ["min-replicas-unmet", ...(replicas === 1 ? ["sentinel-no-promotable-replica"] : [])];
      const finding = await untilFound(scene, "sentinel-two-masters", "sentinel-login-refused", ...consequences);
      expect(finding.priority).toBe("critical");
      expect(finding.nodes).toContain(old.address);
      await carryOut(finding, password);
      await old.call("ACL", "SETUSER", "watcher", "on");
      await untilFound(scene);
    });

    it("reports two sentinels with one id, as after copying a configuration file", async () => {
      const others = scene.sentinels.filter((sentinel) => sentinel !== last);
      await last.stop();
      await resetAll(scene, others, sentinels - 2);
      const id = await idOf(first, others[1] as RedisServer);
      await restartWithId(last, id);
      const finding = await untilFound(scene, "sentinel-duplicate-id", ...ofThree);
      expect(finding.nodes).toEqual([first.address, last.address].sort());
      await restartWithId(last, null);
      // The last one's hello, sent to the first itself, made that list its own id at the other's address: from pub/sub it drops
      // its own id, from a PUBLISH to itself it does not. Before 7.0 such an entry stays, as one that is stale.
      await resetAll(scene, scene.sentinels, sentinels - 1);
      await untilFound(scene);
    });

    it("reports a stale sentinel after one has got another id", async () => {
      const others = scene.sentinels.filter((sentinel) => sentinel !== last);
      if (scene.primary.release.name === "redis-6.0") {
        await restartWithId(last, null);
        await untilStale(scene, others);
        const finding = await untilFound(scene, "sentinel-stale-entry", ...ofThree);
        expect(finding.priority).toBe("medium");
        expect(finding.commands).toHaveLength(sentinels - 1);
        await resetAll(scene, others, sentinels - 1);
      } else {
        // From 7.0 on, the hello of a new id drops the old id of the same address at once; of another address, both stay.
        await last.stop();
        const newcomer = await startInPlaceOf(last, "127.0.1.8");
        await untilStale(scene, others);
        // The stale one is asked in vain, and counted: an even number, of which the quorum is no majority any more.
        const consequences = ["node-unreachable", "sentinel-count", "sentinel-quorum-low", ...ofThree];
        const finding = await untilFound(scene, "sentinel-stale-entry", ...consequences);
        expect(finding.priority).toBe("low");
        expect(finding.nodes).toEqual(expect.arrayContaining(others.map(({ address }) => address)));
        await newcomer.stop();
        await last.start();
        await resetAll(scene, scene.sentinels, sentinels - 1);
      }
      await untilFound(scene);
    });

    it("reports a replica whose announced address nobody reaches", async () => {
      const { primary, replicas: present } = await rolesOf(scene);
      const [replica] = present as [RedisServer];
      const { host } = replica;
      await announce(replica, primary, "127.0.1.99");
      // Under its old address the sentinels still know it, so it can be promoted.
      const finding = await untilFound(scene, "sentinel-announced-address", "node-unreachable");
      expect(finding.nodes).toEqual([`127.0.1.99:${replica.port}`]);
      await announce(replica, primary, host);
      await resetAll(scene, scene.sentinels, sentinels - 1);
      await untilFound(scene);
    });

    it("reports a sentinel in TILT after it was frozen", async () => {
      await last.freeze();
      const frozenAt = performance.now();
      // TILT is for who stood still for more than two seconds.
      await waitUntil(() => performance.now() - frozenAt > 3_500, { what: "it stood still", timeoutMs: 60_000 });
      await last.thaw();
      const finding = await untilFound(scene, "sentinel-tilt");
      expect(finding.nodes).toContain(last.address);
      // A busy machine may have held up another one, too: whoever is named says so.
      const named = scene.sentinels.filter(({ address }) => finding.nodes.includes(address));
      for (const sentinel of named) expect(await isInTilt(sentinel), sentinel.address).toBe(true);
    });
  });

  describe(`two of ${sentinels} sentinels of ${release} on one host`, { timeout: causeDeadline }, () => {
    it("are reported", async () => {
      const place = (index: number) => `127.0.2.${Math.max(1, index)}`;
      const hosts = [...Array.from({ length: sentinels }, (_, index) => place(index)), "127.0.2.8", "127.0.2.9"];
      const scene = await startScene({ ...shape, replicas: 1 }, hosts);
      // Two of three are the majority that the loss of their host takes away.
      const consequences = sentinels === 3 ? ["sentinel-host-loss"] : [];
      const finding = await untilFound(scene, "sentinel-shared-host", ...consequences);
      expect(finding.nodes).toEqual(
        scene.sentinels
          .slice(0, 2)
          .map(({ address }) => address)
          .sort(),
      );
      await scene.stop();
    });
  });
}

/** Waits until each of these counts one more than there are, and holds that one for down. */
async function untilStale(scene: Scene, holders: readonly RedisServer[]): Promise<void> {
  await Promise.all(
    holders.map(async (holder) => {
      await untilEverybodyIsKnown(scene, holder, scene.sentinels.length);
      await waitUntil(async () => String(await holder.call("SENTINEL", "SENTINELS", "mymaster")).includes("s_down"), {
        what: "the stale one is held for down",
        timeoutMs: 60_000,
      });
    }),
  );
}

/** As another sentinel lists it: 6.0 does not tell its own. */
async function idOf({ address }: RedisServer, asked: RedisServer): Promise<string> {
  const reply = await asked.call("SENTINEL", "SENTINELS", "mymaster");
  const entries = Array.isArray(reply) ? reply.map((entry) => (Array.isArray(entry) ? entry.map(String) : [])) : [];
  const field = (entry: string[], name: string) => entry[entry.indexOf(name) + 1] ?? "";
  const found = entries.find((entry) => `${field(entry, "ip")}:${field(entry, "port")}` === address);
  return found === undefined ? "" : field(found, "runid");
}

async function announce(replica: RedisServer, primary: RedisServer, host: string): Promise<void> {
  await replica.call("CONFIG", "SET", "replica-announce-ip", host);
  await primary.call("CLIENT", "KILL", "TYPE", "replica");
  await waitUntil(async () => String(await primary.call("INFO", "replication")).includes(`ip=${host},`), {
    what: "the master has the replica under its new address",
    timeoutMs: 60_000,
  });
}
