import { describe, expect, it } from "vitest";
import { LiveMover, lostOrChanged, seedEveryType, slotTroubles, wholeKeyspace } from "../../support/move-live.js";
import { releases, startCluster, usingServers } from "../../support/servers/index.js";

usingServers();

const deadline = 120_000;
const patient = { profile: { timeouts: { connectMs: 20_000, commandMs: 20_000 } } };

describe.each(await releases())("moving slots with MIGRATE on $name", ({ name: release }) => {
  it("moves keys of every type with their times, from two sources and back", { timeout: deadline }, async () => {
    // A MIGRATE may wait for half of it: no pause of a busy machine is to break one off here.
    const config = { "cluster-node-timeout": "15000" };
    const cluster = await startCluster({ release, primaries: 3, replicasPerPrimary: 0, config });
    const [first, second, third] = cluster.primaries as [
      (typeof cluster.primaries)[0],
      (typeof cluster.primaries)[0],
      (typeof cluster.primaries)[0],
    ];
    const mover = await LiveMover.open(cluster.nodes, patient);
    try {
      await seedEveryType(mover, cluster.primaries, 60);
      const before = await wholeKeyspace(mover, cluster.primaries);
      const there = await mover.move([
        { from: first, to: third, slots: [[0, 3000]] },
        { from: second, to: third, slots: [[6000, 9000]] },
      ]);
      expect(there).toMatchObject({ notMoved: [], notes: [] });
      expect(there.moved.map(({ engine, slots }) => [engine, slots])).toEqual([
        ["classic", [[0, 3000]]],
        ["classic", [[6000, 9000]]],
      ]);
      expect(await slotTroubles(mover, cluster.primaries)).toEqual([]);
      const after = await wholeKeyspace(mover, cluster.primaries);
      expect(lostOrChanged(before, after)).toEqual([]);
      expect(there.keys).toBe([...after].filter(([name, { port }]) => before.get(name)?.port !== port).length);
      const back = await mover.move([
        { from: third, to: first, slots: [[0, 3000]] },
        { from: third, to: second, slots: [[6000, 9000]] },
      ]);
      expect(back).toMatchObject({ notMoved: [], keys: there.keys });
      expect(lostOrChanged(before, await wholeKeyspace(mover, cluster.primaries))).toEqual([]);
      expect(await slotTroubles(mover, cluster.primaries)).toEqual([]);
    } finally {
      mover.close();
    }
  });
});
