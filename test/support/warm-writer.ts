import type { CacheWriter, WritePolicy } from "../../src/apply/warm/cache-writer.js";
import type { Patience } from "../../src/apply/warm/no-answer.js";
import { openRedisWriter } from "../../src/apply/warm/redis-writer.js";
import { LastingNodes } from "../../src/commands/lasting-nodes.js";
import { targetLocator } from "../../src/commands/warm/locate-target.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import type { WarmItem, WarmValue } from "../../src/model/warm-manifest.js";
import { liveProfile, type LiveOptions } from "./live.js";
import { realClock } from "./move-live.js";
import { endWithTheTest } from "./with-the-test.js";

/** What `cachectl warm` writes to a Redis target through, in this process and on real servers. Closed with the test. */
export async function writerLive(
  servers: { host: string; port: number }[],
  policy: WritePolicy,
  live: LiveOptions & { patience?: Partial<Patience> } = {},
): Promise<CacheWriter> {
  const patience: Patience = {
    ...{ patienceMs: 30_000, monotonicMs: () => realClock.monotonicMs(), sleep: (ms) => realClock.sleep(ms) },
    ...{ ending: () => false, mayWrite: () => true },
    ...live.patience,
  };
  const nodes = new LastingNodes();
  const untilTheEnd = new AbortController().signal;
  const locate = targetLocator(liveProfile(servers, live), (profile) => openFleet(profile, untilTheEnd), nodes);
  const writer = await openRedisWriter(locate, policy, patience);
  endWithTheTest(() => {
    writer.close();
    nodes.close();
  });
  return writer;
}

export function item(key: string, value: WarmValue, ttlMs: number | null = 3_600_000): WarmItem {
  return { key, value, ttlMs, tags: [] };
}
