import { beforeEach, describe, expect, it } from "vitest";
import { carryOutEviction } from "../../../src/apply/eviction/carry-out-eviction.js";
import type { EvictionEntry } from "../../../src/apply/eviction/eviction-journal.js";
import { redisSettingsPort } from "../../../src/apply/eviction/redis-settings.js";
import { openFleet } from "../../../src/connect/open-fleet.js";
import type { EvictionPlan } from "../../../src/model/eviction-plan.js";
import { setting } from "../../support/eviction-load.js";
import { liveProfile } from "../../support/live.js";
import { startRedis, usingServers, type RedisServer } from "../../support/servers/index.js";

usingServers();

describe("carryOutEviction on two servers", () => {
  let servers: RedisServer[];
  const policies = () => Promise.all(servers.map((server) => setting(server, "maxmemory-policy")));

  beforeEach(async () => {
    servers = await Promise.all([startRedis(), startRedis()]);
  });

  function planOf(values: readonly string[]): EvictionPlan {
    return {
      ...{ schemaVersion: 1, kind: "eviction-plan", operation: "evict-policy-set", target: "t", family: "redis" },
      ...{ persist: false, unchanged: [], warnings: [] },
      nodes: servers.map(({ address }, index) => ({
        ...{ node: address, role: "primary" },
        changes: [
          { name: "maxmemory-samples", from: "5", to: "9" },
          { name: "maxmemory-policy", from: "noeviction", to: values[index] ?? "" },
        ],
      })),
    };
  }

  async function carriedOut(plan: EvictionPlan, stop = new AbortController(), stopAt = "never") {
    const entries: EvictionEntry[] = [];
    const fleets = await Promise.all(
      servers.map((server) => openFleet(liveProfile([server]), new AbortController().signal)),
    );
    try {
      const nodes = fleets.flatMap((fleet) => fleet.nodes);
      const result = await carryOutEviction({
        ...{ plan, keepGoing: false },
        ports: new Map(nodes.map((node) => [node.identity.address, redisSettingsPort(node)])),
        deps: {
          journal: { write: (entry) => Promise.resolve(void entries.push(entry)) },
          ...{ stop: stop.signal, at: () => "2026-01-01T00:00:00Z" },
          say: (title) => {
            if (title.includes(stopAt)) stop.abort();
          },
        },
      });
      return { result, kinds: entries.map(({ kind }) => kind) };
    } finally {
      for (const fleet of fleets) fleet.close();
    }
  }

  it("finishes the node in hand when it is to stop, and begins no other", { timeout: 60_000 }, async () => {
    const stop = new AbortController();
    const first = servers[0]?.address ?? "";
    const { result, kinds } = await carriedOut(planOf(["allkeys-lru", "allkeys-lru"]), stop, first);
    expect(await policies()).toEqual(["allkeys-lru", "noeviction"]);
    expect(result).toMatchObject({ done: { length: 1 }, failed: [], notDone: { length: 1 }, rolledBack: [] });
    expect(kinds).toEqual(["begin", "change", "changed", "end"]);
  });

  it("puts back what a node took before it refused, and every node before it", { timeout: 60_000 }, async () => {
    const { result, kinds } = await carriedOut(planOf(["allkeys-lru", "no-such-policy"]));
    expect(result).toMatchObject({ changed: [], rolledBack: { length: 1 }, failed: { length: 1 } });
    expect(await policies()).toEqual(["noeviction", "noeviction"]);
    for (const server of servers) expect(await setting(server, "maxmemory-samples")).toBe("5");
    expect(kinds).toEqual(["begin", "change", "changed", "change", "failed", "undo", "undone", "end"]);
  });

  it("does not touch a node whose value is not the plan's any more", { timeout: 60_000 }, async () => {
    await servers[0]?.call("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
    const { result, kinds } = await carriedOut(planOf(["allkeys-lru", "allkeys-lru"]));
    expect(result.failed[0]?.reason).toContain("somebody else changed it");
    expect(await policies()).toEqual(["volatile-ttl", "noeviction"]);
    expect(kinds).toEqual(["begin", "failed", "end"]);
  });
});
