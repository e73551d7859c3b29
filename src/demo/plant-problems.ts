import { breakReplicaLink, fillWithoutEviction, leaveSlotOpen, runDangerousCommands } from "./cluster-problems.js";
import type { DemoDeps } from "./demo-deps.js";
import type { HeldConnections } from "./held-connections.js";
import type { PlantedProblem, ProblemNode } from "./planted-problem.js";
import type { FleetAddresses } from "./fleet-addresses.js";
import { withConnections } from "./with-connections.js";

/** Breaks the seeded fleet in a handful of places. Writes, also to the configuration. */
export async function plantProblems(
  { cluster, sentinel, memcached }: FleetAddresses,
  held: HeldConnections,
  deps: DemoDeps,
): Promise<PlantedProblem[]> {
  const addresses = [...cluster.primaries, cluster.replicas[1], sentinel.primary, sentinel.replica].filter(
    (address) => address !== undefined,
  );
  return await withConnections(addresses, deps, async (connections) => {
    const nodes = addresses.map((address, i) => ({ address, redis: connections[i] }));
    const [full, giving, taking, orphan, catalog, standIn] = nodes as [
      ProblemNode,
      ProblemNode,
      ProblemNode,
      ProblemNode,
      ProblemNode,
      ProblemNode,
    ];
    return [
      await fillWithoutEviction(full, deps),
      // `form-cluster` gave the second replica to the second primary.
      await breakReplicaLink(orphan, giving, deps),
      await leaveSlotOpen(giving, taking),
      await runDangerousCommands(taking),
      await evictOnlyWhatExpires(catalog),
      await forbidPromotion(standIn),
      await switchSlowlogOff(standIn),
      // Last: the connections above count as well, and the limit must leave room for whoever comes to look.
      await nearlyExhaustConnections(catalog, held),
      {
        what: "A Memcached with 2 MB for far more data: it evicts all the time.",
        address: memcached.small,
        ruleIds: ["memcached-evicting", "memcached-hit-rate-low"],
      },
    ];
  });
}

/** Imitates the wrong choice of policy: `volatile-*` may evict only keys with a TTL, and here next to none has one. */
async function evictOnlyWhatExpires({ address, redis }: ProblemNode): Promise<PlantedProblem> {
  await redis.call("CONFIG", "SET", "maxmemory", "64mb");
  await redis.call("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
  return {
    what: "volatile-lru on the catalog, where hardly any key has a TTL: nothing could be evicted.",
    address,
    ruleIds: ["volatile-policy-without-ttls"],
  };
}

/** Imitates a replica that was set up for backups: Sentinel will never promote it, so the primary's loss is the service's. */
async function forbidPromotion({ address, redis }: ProblemNode): Promise<PlantedProblem> {
  await redis.call("CONFIG", "SET", "replica-priority", "0");
  return {
    what: "The only replica of the catalog has priority 0: there is nobody to fail over to.",
    address,
    ruleIds: ["replicas-unpromotable"],
  };
}

/** Imitates tuning by copy and paste. */
async function switchSlowlogOff({ address, redis }: ProblemNode): Promise<PlantedProblem> {
  await redis.call("CONFIG", "SET", "slowlog-log-slower-than", "-1");
  return { what: "The slowlog of the catalog's replica is off.", address, ruleIds: ["slowlog-off"] };
}

/** Imitates a connection pool that is too large for the limit: the next deployment is refused. */
async function nearlyExhaustConnections(
  { address, redis }: ProblemNode,
  held: HeldConnections,
): Promise<PlantedProblem> {
  const limit = 150;
  await redis.call("CONFIG", "SET", "maxclients", String(limit));
  const connected = Number(/^connected_clients:(\d+)/m.exec(String(await redis.call("INFO", "clients")))?.[1]);
  // 91 %: high, and a dozen connections are still left.
  await held.open(address, Math.ceil(limit * 0.915) - connected);
  return {
    what: "The catalog's primary has used up nine tenths of maxclients.",
    address,
    ruleIds: ["connections-near-limit"],
  };
}
