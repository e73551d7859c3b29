import { describe, expect, it } from "vitest";
import type { MoveStep } from "../../../src/apply/move-types.js";
import { hashSlot } from "../../../src/model/hash-slot.js";
import { LiveMover, lostOrChanged, seedEveryType, slotTroubles, wholeKeyspace } from "../../support/move-live.js";
import { startCluster, usingServers, waitUntil, type RedisServer } from "../../support/servers/index.js";

usingServers();

const deadline = 180_000;

/** A moves to B while C looks on; what happens to one of them in the middle is up to the test. */
async function disturbed(
  step: MoveStep,
  disturb: (nodes: [RedisServer, RedisServer, RedisServer]) => Promise<void>,
  mend: (nodes: [RedisServer, RedisServer, RedisServer]) => Promise<void>,
): Promise<Awaited<ReturnType<LiveMover["move"]>>> {
  const config = { appendonly: "yes", "cluster-node-timeout": "3000" };
  const cluster = await startCluster({ release: "redis-7.0", primaries: 3, replicasPerPrimary: 0, config });
  const nodes = cluster.primaries as [RedisServer, RedisServer, RedisServer];
  const mover = await LiveMover.open(nodes);
  try {
    await seedEveryType(mover, nodes, 30);
    const before = await wholeKeyspace(mover, nodes);
    const moves = [{ from: nodes[0], to: nodes[1], slots: [[0, 200]] as [number, number][] }];
    let disturbing: Promise<void> | undefined;
    const onStep = async (reached: MoveStep) => {
      if (reached !== step || disturbing !== undefined) return;
      disturbing = disturb(nodes);
      await disturbing;
    };
    const result = await mover.move(moves, { batchKeys: 20 }, { onStep });
    await mend(nodes);
    await waitUntil(
      async () => {
        const infos = await Promise.all(nodes.map((node) => node.call("CLUSTER", "INFO")));
        return infos.every((info) => String(info).includes("cluster_state:ok"));
      },
      { what: "the cluster is well again", timeoutMs: 60_000 },
    );
    const again = await LiveMover.open(nodes);
    expect(await again.move(moves)).toMatchObject({ notMoved: [] });
    await waitUntil(async () => (await slotTroubles(again, nodes)).length === 0, {
      what: "all nodes agree",
      timeoutMs: 30_000,
    });
    const after = await wholeKeyspace(again, nodes);
    expect(lostOrChanged(before, after)).toEqual([]);
    for (const [name, { port }] of after) if (hashSlot(name) <= 200) expect(port).toBe(nodes[1].port);
    again.close();
    return result;
  } finally {
    mover.close();
    for (const node of nodes) await node.thaw();
    await cluster.stop();
  }
}

describe("a move that loses a node in the middle", () => {
  it.each(["batch-moved", "target-owns"] as const)(
    "reports a source that is killed at %s, and ends well when asked again",
    { timeout: deadline },
    async (step) => {
      const result = await disturbed(
        step,
        ([source]) => source.kill(),
        ([source]) => source.start(),
      );
      expect(result.notMoved.length).toBeGreaterThan(0);
    },
  );

  it("goes on by itself when the target comes back soon", { timeout: deadline }, async () => {
    const restart = async ([, target]: RedisServer[]) => {
      await target?.kill();
      await target?.start();
    };
    await disturbed("batch-moved", restart, () => Promise.resolve());
  });

  it("reports a target that is frozen, and ends well when asked again", { timeout: deadline }, async () => {
    const result = await disturbed(
      "batch-moved",
      ([, target]) => target.freeze(),
      ([, target]) => target.thaw(),
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
});
