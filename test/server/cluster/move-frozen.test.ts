import { describe, expect, it } from "vitest";
import type { MoveStep } from "../../../src/apply/move-types.js";
import { hashSlot } from "../../../src/model/hash-slot.js";
import { isAtLeast } from "../../../src/model/version-number.js";
import { disturbed } from "../../support/move-disturbed.js";
import { LiveMover, slotTroubles } from "../../support/move-live.js";
import { releases, startCluster, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";

usingServers();

const deadline = 120_000;
/** Or the others take no write three seconds after a node has frozen, and a slow machine needs longer than that. */
const withoutFullCoverage = { "cluster-require-full-coverage": "no" };

/** From Valkey 8 on, replicas have it first. */
const replicatedSetslot = (await releases())
  .filter(({ product, version }) => product === "valkey" && isAtLeast(version, "8.0"))
  .map(({ name }) => name);

describe("a move while a node is frozen", () => {
  it("reports a target that is frozen, and ends well when asked again", { timeout: deadline }, async () => {
    const result = await disturbed(
      "batch-moved",
      ([, target]) => target.freeze(),
      ([, target]) => target.thaw(),
    );
    expect(result.notMoved.length).toBeGreaterThan(0);
  });

  it("reports a source that is frozen, and ends well when asked again", { timeout: deadline }, async () => {
    const result = await disturbed(
      "batch-moved",
      ([source]) => source.freeze(),
      ([source]) => source.thaw(),
    );
    expect(result.notMoved.length).toBeGreaterThan(0);
  });

  it("does not stop for a bystander that is frozen, and says so", { timeout: deadline }, async () => {
    const result = await disturbed(
      "batch-moved",
      ([, , bystander]) => bystander.freeze(),
      ([, , bystander]) => bystander.thaw(),
      withoutFullCoverage,
    );
    expect(result.notes.join()).toContain("could not be told of new owners");
  });

  it.each(replicatedSetslot)(
    "opens slots on %s when a replica that held that up for a moment goes on",
    { timeout: deadline },
    async (release) => {
      const cluster = await startCluster({
        release,
        primaries: 3,
        replicasPerPrimary: 1,
        // A frozen replica is not to become a failed one meanwhile.
        config: { "cluster-node-timeout": "15000" },
      });
      const [source, target] = cluster.primaries as [RedisServer, RedisServer, RedisServer];
      const standBys = cluster.replicas;
      let moving: ReturnType<LiveMover["move"]> | undefined;
      const mover = await LiveMover.open(cluster.nodes);
      try {
        const refusals = async () => {
          const infos = await Promise.all([source, target].map((node) => node.call("INFO", "errorstats")));
          return infos.filter((info) => String(info).includes("errorstat_NOREPLICAS")).length;
        };
        const onStep = async (reached: MoveStep) => {
          if (reached === "before-open") await Promise.all(standBys.map((node) => node.freeze()));
        };
        moving = mover.move([{ from: source, to: target, slots: [[100, 101]] }], { engine: "classic" }, { onStep });
        await waitUntil(async () => (await refusals()) > 0, { what: "SETSLOT was refused", timeoutMs: 30_000 });
        await Promise.all(standBys.map((node) => node.thaw()));
        expect(await moving).toMatchObject({ notMoved: [], moved: [{ slots: [[100, 101]] }] });
        expect(await slotTroubles(mover, cluster.primaries)).toEqual([]);
      } finally {
        await Promise.all(standBys.map((node) => node.thaw()));
        mover.close();
        await cluster.stop();
      }
    },
  );

  it("does not take what a MIGRATE that broke off left for a second value", { timeout: deadline }, async () => {
    const config = { "cluster-node-timeout": "3000", ...withoutFullCoverage };
    const cluster = await startCluster({ release: "redis-7.0", primaries: 3, replicasPerPrimary: 0, config });
    const nodes = cluster.primaries as [RedisServer, RedisServer, RedisServer];
    const [source, target] = nodes;
    const slot = 100;
    const key = Array.from({ length: 100_000 }, (_, i) => `key:${i}`).find((name) => hashSlot(name) === slot) ?? "";
    const mover = await LiveMover.open(nodes);
    try {
      await source.call("SET", key, "old");
      let brokeOff = false;
      const onStep = async (reached: MoveStep) => {
        if (brokeOff) return;
        if (reached === "keys-listed") await target.freeze();
        if (reached !== "batch-moved") return;
        brokeOff = true;
        await source.call("SET", key, "new");
        await target.thaw();
        // Its kernel took the MIGRATE while it was frozen.
        await waitUntil(async () => (await target.call("CLUSTER", "COUNTKEYSINSLOT", String(slot))) === 1, {
          what: "the late copy is there",
          timeoutMs: 30_000,
        });
      };
      const moves = [{ from: source, to: target, slots: [[slot, slot]] as [number, number][] }];
      const result = await mover.move(moves, {}, { onStep });
      expect(brokeOff).toBe(true);
      expect(result).toMatchObject({ notMoved: [], moved: [{ slots: [[slot, slot]] }] });
      expect(result.notes.join()).toContain(`Key ${key} was written to after a MIGRATE of it had broken off`);
      expect(await target.call("GET", key)).toBe("new");
      expect(await slotTroubles(mover, nodes)).toEqual([]);
    } finally {
      await target.thaw();
      mover.close();
      await cluster.stop();
    }
  });
});
