import { afterEach, describe, expect, it } from "vitest";
import { countsOf, invalidateLive } from "../support/invalidate-live.js";
import { startCluster, startRedis, usingServers, type RedisServer } from "../support/servers/index.js";
import { TaggedWriters, type WriterOptions } from "../support/tagged-writers.js";

usingServers();

const deadline = 120_000;
const rounds = 12;

describe("keys that are cached and tagged anew while their tag is invalidated", () => {
  let writers: TaggedWriters | undefined;
  afterEach(() => writers?.close());

  const cases: { where: string; order: WriterOptions["order"]; settleMs: number }[] = [
    { where: "one server", order: "key-first", settleMs: 0 },
    { where: "one server", order: "tag-first", settleMs: 500 },
    { where: "a cluster", order: "key-first", settleMs: 0 },
    { where: "a cluster", order: "tag-first", settleMs: 500 },
  ];

  it.each(cases)(
    "keep their tag and never survive with an old value ($where, $order)",
    { timeout: deadline },
    async ({ where, order, settleMs }) => {
      const servers = await serversOf(where);
      const kind = where === "a cluster" ? "cluster" : "standalone";
      const tag = "tag:race";
      writers = TaggedWriters.start(servers, 6, { keys: 300, tag, order });
      let deleted = 0;
      for (let round = 0; round < rounds; round++) {
        const startMs = performance.now();
        const selector = { kind: "tags", tags: ["race"], match: "any" } as const;
        const report = await invalidateLive(servers.slice(0, 1), { selector, settleMs }, { kind });
        expect(report.change?.failed ?? []).toEqual([]);
        deleted += Number(countsOf(report)["deleted"] ?? 0);
        expect(await writers.survivors(startMs)).toEqual([]);
      }
      await writers.stop();
      const { living, untagged } = await writers.living();
      expect(untagged).toEqual([]);
      // The race took place: keys were written and deleted all the time.
      expect(living.length).toBeGreaterThan(0);
      expect(deleted).toBeGreaterThan(rounds);
      expect(writers.writes).toBeGreaterThan(300);
    },
  );
});

async function serversOf(where: string): Promise<RedisServer[]> {
  if (where === "one server") return [await startRedis()];
  return (await startCluster({ replicasPerPrimary: 0 })).primaries;
}
