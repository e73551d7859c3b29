import { expect, it, describe } from "vitest";
import { noOutcome } from "../../src/apply/warm/cache-writer.js";
import { memcachedTarget } from "../../src/commands/warm/memcached-target.js";
import { openFleet } from "../../src/connect/open-fleet.js";
import { bytesOfText } from "../../src/model/key-name.js";
import type { Fleet } from "../../src/model/node-port.js";
import type { MappingSpec } from "../../src/model/warm-manifest.js";
import { liveProfile } from "../support/live.js";
import { realClock } from "../support/move-live.js";
import { usingServers, type MemcachedServer } from "../support/servers/index.js";
import { itemCount, oldestAndNewest, startPool, valueOf } from "../support/warmed-memcached.js";
import { ketamaVectors, weights } from "../unit/apply/invalidate/ketama-vectors.js";

usingServers();

const mapping: MappingSpec = {
  ...{ key: "{id}", type: "json", value: null, fields: null, ttl: { kind: "none" }, ttlJitter: 0 },
  ...{ tags: [], tagPrefix: "tag:", packing: { encode: "text", compress: null } },
};

describe.each(oldestAndNewest)("warm into a ketama pool on $version", ({ name: release }) => {
  it("writes each of libmemcached's vectors to the server that libmemcached keeps it on", async () => {
    // The ring is made of names, so each server stands for the one that the vectors name.
    const servers = await startPool(weights.length, release);
    const named = servers.map((_, i) => ({ host: `10.0.1.${i + 1}`, port: 11_211 }));
    const profile = liveProfile(named, {
      kind: "memcached",
      profile: {
        hashing: "ketama",
        weights: Object.fromEntries(weights.map((weight, i) => [`10.0.1.${i + 1}:11211`, weight])),
      },
    });
    const fleet = await openFleet(liveProfile(servers, { kind: "memcached" }), new AbortController().signal);
    const patience = { ...realClock, patienceMs: 5_000, ending: () => false, mayWrite: () => true };
    const target = memcachedTarget(profile, { policy: { kind: "overwrite" }, hashing: null }, mapping);
    const writer = target.open(renamed(fleet, named), patience, realClock.now);
    const items = ketamaVectors.map(([key]) => ({
      ...{ key: bytesOfText(key), value: { type: "string", data: key } as const },
      ...{ ttlMs: null, tags: [] },
    }));
    expect(await writer.write(items)).toEqual({ ...noOutcome(), written: 99 });
    for (const [key, place] of ketamaVectors)
      expect(await valueOf(servers[place - 1] as MemcachedServer, key)).toBe(key);
    expect(await itemCount(...servers)).toBe(99);
    const tallies = await writer.tallies();
    expect(tallies.map(({ written }) => written)).toEqual(
      servers.map((_, i) => ketamaVectors.filter(([, place]) => place === i + 1).length),
    );
    expect(await writer.readBack(items.map(({ key, value }) => ({ key, text: value.data })))).toEqual(
      items.map(() => "same"),
    );
    writer.close();
    fleet.close();
  });
});

function renamed({ nodes }: Fleet, named: readonly { host: string; port: number }[]): Fleet {
  return {
    nodes: nodes.map((node, i) => ({
      ...node,
      identity: { ...node.identity, address: `${named[i]?.host ?? ""}:${named[i]?.port ?? 0}` },
    })),
    gaps: () => Promise.resolve([]),
    close: () => undefined,
  };
}
