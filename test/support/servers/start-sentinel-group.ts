import { waitUntil } from "../../../src/demo/wait-until.js";
import { replyList, textMap } from "../../../src/protocol/replies.js";
import { passwordForPeers } from "./start-cluster.js";
import { startRedis, type RedisOptions, type RedisServer } from "./start-redis.js";

export interface SentinelGroupOptions extends Pick<RedisOptions, "release" | "config" | "args" | "configFile"> {
  /** 3 when left out. */
  sentinels?: number;
  /** 1 when left out. */
  replicas?: number;
  /** `mymaster` when left out. */
  masterName?: string;
  /** A majority when left out. */
  quorum?: number;
  /** Further lines for every sentinel, such as `sentinel down-after-milliseconds mymaster 1000`. */
  sentinelLines?: string[];
  /**
   * Loopback addresses such as `127.0.1.1`, one for each sentinel, then for the primary, then for each replica: who shares one
   * shares a host. Every server announces its own. All on 127.0.0.1, announcing nothing, when left out.
   */
  hosts?: readonly string[];
}

export interface SentinelGroup {
  masterName: string;
  sentinels: RedisServer[];
  primary: RedisServer;
  replicas: RedisServer[];
  stop(): Promise<void>;
}

/** Starts a monitored primary with replicas; resolves when every sentinel knows all the others and could promote any replica. */
export async function startSentinelGroup(options: SentinelGroupOptions = {}): Promise<SentinelGroup> {
  const masterName = options.masterName ?? "mymaster";
  const config = { "repl-diskless-sync-delay": "0", ...passwordForPeers(options.config), ...options.config };
  const sentinelCount = options.sentinels ?? 3;
  const primary = await startRedis({ ...options, ...dataHost(options, config, sentinelCount) });
  const replicas = await startReplicas(options, sentinelCount, {
    ...config,
    replicaof: `${primary.host} ${primary.port}`,
  });
  const lines = monitorLines(masterName, primary, options.quorum ?? Math.floor(sentinelCount / 2) + 1, config);
  const sentinels = await Promise.all(
    Array.from({ length: sentinelCount }, (_, index) => {
      const host = options.hosts?.[index];
      return startRedis({
        ...(options.release === undefined ? {} : { release: options.release }),
        ...(host === undefined ? {} : { host }),
        sentinel: [
          ...lines,
          ...(host === undefined ? [] : [`sentinel announce-ip ${host}`]),
          ...(options.sentinelLines ?? []),
        ],
      });
    }),
  );
  await waitUntil(async () => allSee(sentinels, masterName, replicas.length), {
    what: "every sentinel knows the others, and all replicas by their own word",
    timeoutMs: 30_000,
    everyMs: 25,
  });
  const all = [...sentinels, primary, ...replicas];
  const stop = async () => {
    await Promise.all(all.map((server) => server.stop()));
  };
  return { masterName, sentinels, primary, replicas, stop };
}

/** Linked before the sentinels start: these ask the primary for its replicas at once, and then only every ten seconds. */
async function startReplicas(
  options: SentinelGroupOptions,
  sentinelCount: number,
  config: Record<string, string>,
): Promise<RedisServer[]> {
  const replicas = await Promise.all(
    Array.from({ length: options.replicas ?? 1 }, (_, index) =>
      startRedis({ ...options, ...dataHost(options, config, sentinelCount + 1 + index) }),
    ),
  );
  await waitUntil(
    async () => {
      const infos = await Promise.all(replicas.map((replica) => replica.call("INFO", "replication")));
      return infos.every((info) => String(info).includes("master_link_status:up"));
    },
    { what: "every replica is linked to its primary", timeoutMs: 30_000, everyMs: 25 },
  );
  return replicas;
}

/** A server's outgoing connections come from 127.0.0.1 whatever it listens on, so it has to say where it is. */
function dataHost(
  { hosts }: SentinelGroupOptions,
  config: Record<string, string>,
  index: number,
): Pick<RedisOptions, "host" | "config"> {
  const host = hosts?.[index];
  return host === undefined ? { config } : { host, config: { ...config, "replica-announce-ip": host } };
}

function monitorLines(name: string, primary: RedisServer, quorum: number, config: Record<string, string>): string[] {
  const lines = [
    `sentinel monitor ${name} ${primary.host} ${primary.port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 5000`,
    `sentinel failover-timeout ${name} 10000`,
  ];
  const password = config["requirepass"];
  return password === undefined ? lines : [...lines, `sentinel auth-pass ${name} ${password}`];
}

async function allSee(sentinels: RedisServer[], masterName: string, replicaCount: number): Promise<boolean> {
  const seen = await Promise.all(
    sentinels.map(async (sentinel) => {
      const master = textMap(await sentinel.call("SENTINEL", "MASTER", masterName));
      const replicas = replyList(await sentinel.call("SENTINEL", "REPLICAS", masterName)).map(textMap);
      return (
        master["flags"] === "master" &&
        master["num-other-sentinels"] === String(sentinels.length - 1) &&
        replicas.length === replicaCount &&
        // It says so from its first INFO on; before that it is listed and could not be promoted.
        replicas.every((replica) => replica["master-link-status"] === "ok" && replica["runid"] !== "")
      );
    }),
  );
  return seen.every(Boolean);
}
