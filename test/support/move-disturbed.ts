import { expect } from "vitest";
import type { MoveStep } from "../../src/apply/move-types.js";
import { hashSlot } from "../../src/model/hash-slot.js";
import { LiveMover, lostOrChanged, seedEveryType, slotTroubles, wholeKeyspace } from "./move-live.js";
import { startCluster, waitUntil, type RedisServer } from "./servers/index.js";

/** Enough for several windows in each lane: some are not begun when the disturbance comes. */
const lastSlot = 1500;

/** Longer than a MIGRATE may block its source, half of cluster-node-timeout. */
export const quickTimeouts = { profile: { timeouts: { connectMs: 2000, commandMs: 3000 } } };

/** The mover's own waits for a lost node (20 s) end four times sooner. */
export const quickClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now() * 4,
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 4)),
};

type Nodes = [RedisServer, RedisServer, RedisServer];

/**
 * A moves slots to B while C looks on, and `disturb` happens to them when `step` is reached for the first time. Then they are mended,
 * the same is asked for again, and it must end with every key on B. Resolves with how the disturbed run ended.
 */
export async function disturbed(
  step: MoveStep,
  disturb: (nodes: Nodes) => Promise<void>,
  mend: (nodes: Nodes) => Promise<void>,
  settings: Record<string, string> = {},
): Promise<Awaited<ReturnType<LiveMover["move"]>>> {
  const config = { appendonly: "yes", "cluster-node-timeout": "3000", ...settings };
  const cluster = await startCluster({ release: "redis-7.0", primaries: 3, replicasPerPrimary: 0, config });
  const nodes = cluster.primaries as Nodes;
  const mover = await LiveMover.open(nodes, quickTimeouts);
  try {
    await seedEveryType(mover, nodes, 30);
    const before = await wholeKeyspace(mover, nodes);
    const moves = [{ from: nodes[0], to: nodes[1], slots: [[0, lastSlot]] as [number, number][] }];
    let disturbing: Promise<void> | undefined;
    const onStep = async (reached: MoveStep) => {
      if (reached !== step || disturbing !== undefined) return;
      disturbing = disturb(nodes);
      await disturbing;
    };
    const result = await mover.move(moves, { batchKeys: 20 }, { onStep, clock: quickClock });
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
    for (const [name, { port }] of after) if (hashSlot(name) <= lastSlot) expect(port).toBe(nodes[1].port);
    again.close();
    return result;
  } finally {
    mover.close();
    for (const node of nodes) await node.thaw();
    await cluster.stop();
  }
}
