import { onTestFinished, describe, expect, it } from "vitest";
import { openCluster, type OpenCluster } from "../../../src/commands/cluster/open-cluster.js";
import { openFleet } from "../../../src/connect/open-fleet.js";
import { liveProfile, type LiveOptions } from "../../support/live.js";
import {
  startCluster,
  startClusterNodes,
  startRedis,
  usingServers,
  waitUntil,
  type RedisServer,
} from "../../support/servers/index.js";

usingServers();

const timeoutMs = 40_000;
const anything = { profiles: [], labels: {}, targets: [], profilesDirectory: null, overrides: {} };
const progress = { update: () => undefined, note: () => undefined, stop: () => undefined };

async function open(seeds: RedisServer[], options: LiveOptions = {}): Promise<OpenCluster> {
  const profile = liveProfile(seeds, { kind: "cluster", ...options });
  const signal = new AbortController().signal;
  const context = { loadProfiles: () => Promise.resolve([profile]), progress };
  const cluster = await openCluster(context, anything, (one) => openFleet(one, signal));
  onTestFinished(() => cluster.fleet.close());
  return cluster;
}

describe("an opened cluster", () => {
  it("sees a member that joined and one that was restarted, and can talk to both", async () => {
    const { primaries } = await startCluster({ replicasPerPrimary: 0 });
    const [first, second] = primaries as [RedisServer, RedisServer];
    const cluster = await open([first]);
    const [newcomer] = (await startClusterNodes(1)) as [RedisServer];
    const id = String(await newcomer.call("CLUSTER", "MYID"));
    expect(cluster.nodeOf(id)).toBeNull();

    await first.call("CLUSTER", "MEET", newcomer.host, String(newcomer.port));
    await second.stop();
    await second.start();
    await waitUntil(
      async () => {
        const { nodes, obstacles } = await cluster.lookAgain();
        return nodes.length === 4 && nodes.every(({ reachable }) => reachable) && obstacles.length === 0;
      },
      { what: "all four are seen, and settled", timeoutMs },
    );
    const port = await cluster.nodeOf(id)?.openBulk();
    expect(await port?.call("CLUSTER", "MYID")).toBe(id);
    port?.close();
  });

  it("names members by where they are dialled where addresses are translated, and knows what they announce", async () => {
    const { nodes } = await startCluster({ replicasPerPrimary: 0 });
    const translated = nodes.map(({ port, address }) => [address, { host: "localhost", port }] as const);
    const cluster = await open(nodes.slice(0, 1), { profile: { natMap: Object.fromEntries(translated) } });
    const { topology } = cluster;
    expect(topology.obstacles).toEqual([]);
    expect(topology.nodes.map(({ announced }) => announced.host)).toEqual(["127.0.0.1", "127.0.0.1", "127.0.0.1"]);
    expect(topology.nodes.filter(({ address }) => address.startsWith("localhost:"))).toHaveLength(2);
    for (const { id } of topology.nodes) expect(cluster.nodeOf(id)).not.toBeNull();
  });

  it("is refused where the server is in no cluster, and where nobody answers", async () => {
    const plain = await startRedis();
    await expect(open([plain])).rejects.toMatchObject({ kind: "usage", code: "not-a-cluster" });
    await plain.stop();
    await expect(open([plain])).rejects.toMatchObject({ kind: "unreached", code: "cluster-unreachable" });
  });
});
