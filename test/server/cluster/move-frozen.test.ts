import { describe, expect, it } from "vitest";
import type { MoveStep } from "../../../src/apply/move-types.js";
import { hashSlot } from "../../../src/model/hash-slot.js";
import { disturbed } from "../../support/move-disturbed.js";
import { LiveMover, slotTroubles } from "../../support/move-live.js";
import { startCluster, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";

usingServers();

const deadline = 120_000;

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
    );
    expect(result.notes.join()).toContain("could not be told of new owners");
  });

  it("does not take what a MIGRATE that broke off left for a second value", { timeout: deadline }, async () => {
    const config = { "cluster-node-timeout": "3000" };
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
