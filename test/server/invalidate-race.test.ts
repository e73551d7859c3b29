import { afterEach, describe, expect, it } from "vitest";
import { countsOf, invalidateLive } from "../support/invalidate-live.js";
import { startCluster, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { TaggedWriters, type WriterOptions } from "../support/tagged-writers.js";

usingServers();

const deadline = 120_000;
const rounds = 8;
const keys = 2_000;

describe("keys that are cached and tagged anew while their tag is invalidated", () => {
  let writers: TaggedWriters | undefined;
  afterEach(() => writers?.close());

  const cases: { where: string; order: WriterOptions["order"]; settleMs: number }[] = [
    { where: "one server", order: "key-first", settleMs: 0 },
    { where: "one server", order: "tag-first", settleMs: 2_000 },
    { where: "a cluster", order: "key-first", settleMs: 0 },
    { where: "a cluster", order: "tag-first", settleMs: 2_000 },
  ];

  it.each(cases)(
    "keep their tag and never survive with an old value ($where, $order)",
    { timeout: deadline },
    async ({ where, order, settleMs }) => {
      const servers = await serversOf(where);
      const kind = where === "a cluster" ? "cluster" : "standalone";
      writers = TaggedWriters.open(servers, { keys, tag: "tag:race", order });
      let deleted = 0;
      let survived = 0;
      for (let round = 0; round < rounds; round++) {
        await writers.write(keys);
        const selector = { kind: "tags", tags: ["race"], match: "any" } as const;
        const [report] = await Promise.all([
          invalidateLive(servers.slice(0, 1), { selector, settleMs }, { kind }),
          writers.write(keys / 2),
        ]);
        expect(report.change?.failed ?? []).toEqual([]);
        const { living, untagged, old } = await writers.look();
        expect({ round, untagged, old }).toEqual({ round, untagged: [], old: [] });
        deleted += Number(countsOf(report)["deleted"] ?? 0);
        survived += living.length;
      }
      // The race took place: some keys were written anew before they were deleted, some after.
      expect(deleted).toBeGreaterThanOrEqual(rounds * keys);
      expect(survived).toBeGreaterThan(0);
      expect(survived).toBeLessThan((rounds * keys) / 2);
    },
  );
});

async function serversOf(where: string): Promise<RedisServer[]> {
  if (where === "one server") return [await startRedis()];
  return (await startCluster({ replicasPerPrimary: 0 })).primaries;
}
