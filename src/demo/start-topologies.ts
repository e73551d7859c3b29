import type { DemoRedis } from "./demo-deps.js";
import { formCluster } from "./form-cluster.js";
import type { FleetAddresses } from "./fleet-addresses.js";
import { startMemcachedServer, startRedisServer, type Workshop } from "./start-server.js";
import { waitUntil } from "./wait-until.js";
import { withConnections } from "./with-connections.js";

/** Three primaries with all slots, a replica each. */
export async function startCluster(workshop: Workshop): Promise<FleetAddresses["cluster"]> {
  const { deps } = workshop;
  const config = {
    save: "",
    "cluster-enabled": "yes",
    "cluster-node-timeout": "5000",
    "repl-diskless-sync-delay": "0",
  };
  const names = ["cluster-1", "cluster-2", "cluster-3", "cluster-4", "cluster-5", "cluster-6"];
  const nodes = await Promise.all(names.map((name) => startRedisServer({ name, config }, workshop)));
  await withConnections(nodes, deps, async (connections) => {
    const members = nodes.map((endpoint, i) => ({ endpoint, redis: connections[i] as DemoRedis }));
    await formCluster(members, { primaryCount: 3, signal: deps.signal });
  });
  return { primaries: nodes.slice(0, 3), replicas: nodes.slice(3) };
}

const masterName = "shop-catalog";

/** A primary with one replica, watched by three sentinels that know each other. */
export async function startSentinelGroup(workshop: Workshop): Promise<FleetAddresses["sentinel"]> {
  const { deps } = workshop;
  const config = { save: "", "repl-diskless-sync-delay": "0" };
  const primary = await startRedisServer({ name: "catalog-1", config }, workshop);
  const replicaof = { ...config, replicaof: `${primary.host} ${primary.port}` };
  const replica = await startRedisServer({ name: "catalog-2", config: replicaof }, workshop);
  await withConnections([replica], deps, async ([connection]) => {
    // Linked before the sentinels start: these ask the primary for its replicas at once, and then only every ten seconds.
    const isLinked = async () =>
      String(await connection?.call("INFO", "replication")).includes("master_link_status:up");
    await waitUntil(isLinked, { what: "the replica is linked", timeoutMs: 30_000, everyMs: 25, signal: deps.signal });
  });
  const sentinel = [
    `sentinel monitor ${masterName} ${primary.host} ${primary.port} 2`,
    `sentinel down-after-milliseconds ${masterName} 5000`,
    `sentinel failover-timeout ${masterName} 10000`,
  ];
  const names = ["sentinel-1", "sentinel-2", "sentinel-3"];
  const sentinels = await Promise.all(names.map((name) => startRedisServer({ name, config: {}, sentinel }, workshop)));
  await withConnections(sentinels, deps, async (connections) => {
    await waitUntil(async () => (await Promise.all(connections.map(knowsTheOthers))).every(Boolean), {
      what: "the sentinels know each other",
      timeoutMs: 30_000,
      everyMs: 25,
      signal: deps.signal,
    });
  });
  return { masterName, sentinels, primary, replica };
}

async function knowsTheOthers(connection: DemoRedis): Promise<boolean> {
  const info = String(await connection.call("INFO", "sentinel"));
  return /status=ok,[^\r\n]*slaves=1,sentinels=3/.test(info);
}

/** One that is far too small for its traffic, and one that is not. */
export async function startMemcachedPair(workshop: Workshop): Promise<FleetAddresses["memcached"]> {
  const [small, roomy] = await Promise.all([
    // Two megabytes for what the traffic writes in a second or two: it evicts all the time.
    startMemcachedServer("memcached-1", ["-m", "2"], workshop),
    startMemcachedServer("memcached-2", ["-m", "32"], workshop),
  ]);
  return { small, roomy };
}
