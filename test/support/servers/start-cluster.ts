import { formCluster } from "../../../src/demo/form-cluster.js";
import { startRedis, type RedisOptions, type RedisServer } from "./start-redis.js";

export interface ClusterOptions extends Pick<RedisOptions, "release" | "config" | "args" | "configFile"> {
  /** 3 when left out. */
  primaries?: number;
  /** 1 when left out. */
  replicasPerPrimary?: number;
}

export interface TestCluster {
  /** Primaries first, in slot order; then replicas: the n-th of them follows primary n modulo `primaries.length`. */
  nodes: RedisServer[];
  primaries: RedisServer[];
  replicas: RedisServer[];
  stop(): Promise<void>;
}

/** Starts a cluster with all slots assigned; resolves when every node sees it healthy and all replicas are linked. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const primaryCount = options.primaries ?? 3;
  const nodes = await startClusterNodes(primaryCount * (1 + (options.replicasPerPrimary ?? 1)), options);
  await formCluster(
    nodes.map((node) => ({ endpoint: { host: node.host, port: node.port }, redis: node })),
    { primaryCount },
  );
  return {
    nodes,
    primaries: nodes.slice(0, primaryCount),
    replicas: nodes.slice(primaryCount),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Nodes in cluster mode that do not know each other yet: what `cluster create` starts from. */
export async function startClusterNodes(
  count: number,
  options: Pick<RedisOptions, "release" | "config" | "args" | "configFile"> = {},
): Promise<RedisServer[]> {
  const config = {
    "cluster-enabled": "yes",
    // Short enough for failover tests, long enough for a busy machine not to see failures where there are none.
    "cluster-node-timeout": "5000",
    "repl-diskless-sync-delay": "0",
    ...passwordForPeers(options.config),
    ...options.config,
  };
  return await Promise.all(Array.from({ length: count }, () => startRedis({ ...options, config })));
}

/** Replicas log in to their primary with the password that the primaries ask for. */
export function passwordForPeers(config: Record<string, string> | undefined): Record<string, string> {
  const password = config?.["requirepass"];
  return password === undefined ? {} : { masterauth: password };
}
