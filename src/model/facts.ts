/**
 * What is observed of a Redis, Valkey or Sentinel node, a topic each. All plain JSON.
 *
 * `null` in a number means: this server does not report it. It is never replaced by 0. Sizes are bytes, shares are
 * percentages from 0 to 100 unless the name says ratio; the INFO field a value comes from is named where it differs.
 */

export type Num = number | null;

/** How talking to the node went. Known for every node, reachable or not. */
export interface Reachability {
  reachable: boolean;
  /** `ConnectCause` and sentence of the failure; null when reachable. */
  failure: { cause: string; message: string; hint: string } | null;
  /** TCP to authenticated, then one PING round trip. Milliseconds. */
  connectMs: Num;
  pingMs: Num;
  /** The error that PING met, such as `LOADING …` or `MASTERDOWN …`; null when it answered PONG. */
  pingError: string | null;
}

export type Product = "redis" | "valkey";

export interface ServerFacts {
  product: Product;
  /** The product's own version: `valkey_version` on Valkey, which also reports a `redis_version` that is not its own. */
  version: string;
  mode: "standalone" | "cluster" | "sentinel";
  runId: string;
  os: string | null;
  tcpPort: Num;
  uptimeSeconds: Num;
  configuredHz: Num;
  executable: string | null;
  /** Empty string: started without a file, so CONFIG REWRITE fails. Null: not reported. */
  configFile: string | null;
}

/** Seconds are wall clock, from the server where it says so. */
export interface LoadingFacts {
  loading: boolean;
  asyncLoading: boolean;
  /** `loading_eta_seconds`, `loading_loaded_perc`; null unless loading. */
  etaSeconds: Num;
  loadedPercent: Num;
}

export interface MemoryFacts {
  usedBytes: Num;
  rssBytes: Num;
  peakBytes: Num;
  startupBytes: Num;
  overheadBytes: Num;
  datasetBytes: Num;
  totalSystemBytes: Num;
  /** 0 = no limit. */
  maxmemoryBytes: Num;
  maxmemoryPolicy: string | null;
  /** `mem_fragmentation_ratio`: rss / used. */
  fragmentationRatio: Num;
  fragmentationBytes: Num;
  allocatorFragRatio: Num;
  allocatorFragBytes: Num;
  allocatorRssRatio: Num;
  allocatorRssBytes: Num;
  rssOverheadRatio: Num;
  rssOverheadBytes: Num;
  notCountedForEvictBytes: Num;
  /** Output and query buffers of normal clients. */
  clientsNormalBytes: Num;
  /** `mem_clients_slaves`: on 7+, what replicas use beyond the shared buffer. */
  clientsReplicasBytes: Num;
  /** `mem_replication_backlog`. */
  replicationBacklogBytes: Num;
  /** `mem_total_replication_buffers` (7+): backlog and replica buffers together. */
  totalReplicationBuffersBytes: Num;
  cachedScriptCount: Num;
  scriptsBytes: Num;
  allocator: string | null;
  activeDefragRunning: boolean | null;
}

export interface ClientsFacts {
  connected: Num;
  blocked: Num;
  /** Effective `maxclients` from INFO (7+), after the process's file limit capped it. */
  maxClients: Num;
  clusterConnections: Num;
  trackingClients: Num;
}

export interface PersistenceFacts {
  rdbLastBgsaveStatus: string | null;
  /** Unix seconds. */
  rdbLastSaveTime: Num;
  rdbChangesSinceLastSave: Num;
  rdbBgsaveInProgress: boolean | null;
  rdbLastCowBytes: Num;
  aofEnabled: boolean | null;
  aofLastWriteStatus: string | null;
  aofLastBgrewriteStatus: string | null;
  aofRewriteInProgress: boolean | null;
  aofLastCowBytes: Num;
  aofPendingBioFsync: Num;
  /** Since start. */
  aofDelayedFsync: Num;
}

/**
 * Counters since start (or CONFIG RESETSTAT), by their INFO names, numbers only: every numeric field of the sections
 * Stats, CPU and Persistence, and `total_cluster_links_buffer_limit_exceeded`. Rates come from the `window` topic.
 */
export type CounterFacts = Record<string, number>;

/**
 * What happened between two samples, or, for `--sample 0`, since the server started.
 * `counters` holds the differences of {@link CounterFacts} that grew or stayed; CPU fields are seconds.
 */
export interface WindowFacts {
  basis: "sample" | "since-start";
  seconds: number;
  counters: Record<string, number>;
  /** Command name (lower case, subcommand after `|`) → calls and µs in the window. */
  commands: Record<string, { calls: number; usec: number }>;
  /** Error code → count in the window; null where the server has no errorstats (before 6.2). */
  errors: Record<string, number> | null;
}

export interface ReplicaEntry {
  address: string;
  state: string;
  offset: Num;
  /** Seconds since its last acknowledgement. */
  lagSeconds: Num;
}

export interface ReplicationFacts {
  role: "primary" | "replica";
  connectedReplicas: Num;
  replicas: ReplicaEntry[];
  /** Of `master_repl_offset`. */
  offset: Num;
  replId: string | null;
  minReplicasGood: Num;
  backlogActive: boolean | null;
  backlogBytes: Num;
  /** The remaining fields are of a replica; null on a primary. */
  primaryAddress: string | null;
  linkStatus: string | null;
  linkDownSeconds: Num;
  lastIoSecondsAgo: Num;
  syncInProgress: boolean | null;
  replicaOffset: Num;
  priority: Num;
  readOnly: boolean | null;
}

/** Database index → counts, from INFO keyspace. Only databases with keys appear. */
export interface KeyspaceFacts {
  databases: Record<string, { keys: number; expires: number; avgTtlMs: Num }>;
  keys: number;
  expires: number;
}

/** Since start. Command name as in INFO commandstats, `config|get`. */
export type CommandStatsFacts = Record<
  string,
  { calls: number; usec: number; usecPerCall: number; rejectedCalls: Num; failedCalls: Num }
>;

/** Error code → count since start (6.2+). */
export type ErrorStatsFacts = Record<string, number>;

/** Command → percentile name (`p50`, `p99`, `p99.9`) → µs, since start (7.0+). */
export type LatencyStatsFacts = Record<string, Record<string, number>>;

/**
 * CONFIG GET *. Values as the server gives them, except that passwords (`requirepass`, `masterauth`, key passphrases …)
 * are replaced by `[set]` or left empty: a secret never becomes a fact.
 */
export type ConfigFacts = Record<string, string>;

export interface SlowlogEntry {
  id: number;
  /** Unix seconds. */
  time: number;
  usec: number;
  /** Command and subcommand, upper case, without arguments. */
  command: string;
  /** First argument, at most 64 characters, never of a command that carries secrets. */
  key: string | null;
}

export interface SlowlogFacts {
  basis: "sample" | "since-start";
  /** Entries that appeared within the window (since-start: all that the log still holds), newest first, at most 128. */
  entries: SlowlogEntry[];
  /** How many entries appeared, also when more than `entries` holds. */
  newCount: number;
  /** Length of the window. For since-start: from the oldest kept entry to now. */
  seconds: number;
}

/** LATENCY LATEST: event name → worst and latest. Empty while `latency-monitor-threshold` is 0. */
export type LatencyFacts = Record<string, { lastTime: number; lastMs: number; maxMs: number }>;

export interface ClientListFacts {
  total: number;
  /** `normal`, `replica`, `primary`, `pubsub`, `monitor` (O flag). */
  byType: Record<string, number>;
  /** Largest output buffer of one client, and whose. */
  largestOutputBytes: Num;
  largestOutputClient: string | null;
  totalOutputBytes: number;
  /** Connections that ran no command for over an hour. */
  idleOverHour: number;
  /** Library name and version → connections (7.2+), at most 20. */
  libraries: Record<string, number>;
  monitors: number;
}

export interface AclUser {
  name: string;
  enabled: boolean;
  nopass: boolean;
  /** `~*` or allkeys. */
  allKeys: boolean;
  /** `+@all` with nothing removed. */
  allCommands: boolean;
}

export interface AclFacts {
  /** The login in use (ACL WHOAMI). */
  whoami: string;
  users: AclUser[];
}

/** MEMORY STATS, flattened: `peak.allocated`, `db.0.overhead.hashtable.main`, … Numbers only. */
export type MemoryStatsFacts = Record<string, number>;

export interface ClusterInfoFacts {
  state: string;
  slotsAssigned: Num;
  slotsOk: Num;
  slotsPfail: Num;
  slotsFail: Num;
  knownNodes: Num;
  size: Num;
  currentEpoch: Num;
  myEpoch: Num;
}

export interface ClusterViewNode {
  id: string;
  /** As announced; may need the NAT map to be dialled. Empty host while unknown. */
  host: string;
  port: number;
  hostname: string | null;
  flags: string[];
  role: "primary" | "replica";
  /** Node id of its primary, for a replica. */
  primaryId: string | null;
  configEpoch: number;
  linkState: string;
  myself: boolean;
  /** Inclusive. */
  slots: [number, number][];
  /** Slots this node (only `myself` shows them) is moving out or taking in. */
  migrating: { slot: number; to: string }[];
  importing: { slot: number; from: string }[];
}

/** CLUSTER NODES as this node sees it. */
export interface ClusterViewFacts {
  myId: string;
  nodes: ClusterViewNode[];
}

/** A move of hash slots that the servers carry out by themselves (Valkey 9.0, Redis 8.4), as one of the two ends tells it. */
export interface SlotMigrationEntry {
  /** Valkey's job name, Redis's task id. */
  name: string;
  direction: "export" | "import";
  /** Inclusive. */
  slots: [number, number][];
  /** Node ids. */
  sourceId: string | null;
  targetId: string | null;
  /** In the server's own word: `snapshotting`, `paused`, `success`, … */
  state: string;
  /** It has not come to an end. */
  running: boolean;
  /** The server's own remark or last error. */
  message: string | null;
  /** Unix seconds. */
  createdAt: Num;
}

export interface ModuleFact {
  name: string;
  version: number;
}

export interface SentinelMasterFacts {
  name: string;
  address: string;
  flags: string[];
  quorum: Num;
  otherSentinels: Num;
  replicas: Num;
  configEpoch: Num;
  downAfterMs: Num;
  failoverTimeoutMs: Num;
  parallelSyncs: Num;
}

/** INFO sentinel and SENTINEL MASTERS. */
export interface SentinelFacts {
  tilt: boolean | null;
  runningScripts: Num;
  simulateFailureFlags: Num;
  masters: SentinelMasterFacts[];
}

/** One entry of SENTINEL REPLICAS or SENTINEL SENTINELS, as one sentinel sees it. */
export interface SentinelPeer {
  /** As announced. Port 0: another sentinel has this address now, so this one is at none. */
  address: string;
  /** INFO's `run_id` of a replica; the lasting id (SENTINEL MYID) of a sentinel. */
  runId: string;
  flags: string[];
  /** `last-ok-ping-reply`, `last-ping-reply`: milliseconds since an answer that counts as alive, and since any answer. */
  lastOkPingMs: Num;
  lastPingMs: Num;
}

export interface SentinelReplica extends SentinelPeer {
  /** Whom it follows. */
  primaryAddress: string;
  priority: Num;
  /** `master-link-status`: ok or err. */
  linkStatus: string | null;
  linkDownMs: Num;
  /** Milliseconds since its last INFO. */
  infoRefreshMs: Num;
  /** `role-reported`: what it called itself in that, `master` or `slave`. */
  roleReported: string | null;
}

export interface SentinelOther extends SentinelPeer {
  /** Milliseconds since it last announced itself through a data node, which needs no address of its own. */
  lastHelloMs: Num;
  /** `voted-leader-epoch`: the last election that it was seen to vote in; 0: none. */
  votedEpoch: Num;
}

/** All that one sentinel knows of one master that it watches. */
export interface SentinelMasterView extends SentinelMasterFacts {
  runId: string;
  lastOkPingMs: Num;
  lastPingMs: Num;
  /** `failover-state`; null unless this sentinel carries out a failover. */
  failoverState: string | null;
  /** GET-MASTER-ADDR-BY-NAME: what clients are told; the new one's, once a failover has promoted it. */
  toldAddress: string | null;
  /** CKQUORUM's sentence, `OK …` or `NOQUORUM …`; null when it gave neither. */
  quorumCheck: string | null;
  replicaList: SentinelReplica[];
  sentinelList: SentinelOther[];
}

/** What one sentinel says of itself and, one by one, of what it watches: asked by `sentinel check` only. */
export interface SentinelViewsFacts {
  /** SENTINEL MYID (6.2+): kept in its configuration file, unlike INFO's `run_id`. */
  myId: string | null;
  pendingScripts: Num;
  /** SENTINEL CONFIG GET * (6.2+), without `sentinel-pass`; empty where there is none. */
  settings: Record<string, string>;
  /** Every name that it watches, wanted or not. */
  names: string[];
  /** Those that were asked about. */
  masters: SentinelMasterView[];
}

/** `stats`: the numbers by name, and the version. Since start, except where the field is a gauge. */
export interface MemcachedStatsFacts {
  version: string;
  uptimeSeconds: Num;
  pointerSize: Num;
  numbers: Record<string, number>;
}

/** `stats settings`, as text. */
export type MemcachedSettingsFacts = Record<string, string>;

/** Slab class id → `stats items` numbers (`number`, `age`, `evicted`, `evicted_time`, `outofmemory`, …). */
export type MemcachedItemsFacts = Record<string, Record<string, number>>;

/** `stats slabs`: per class (`chunk_size`, `total_chunks`, `mem_requested`, `used_chunks`, …) and totals. */
export interface MemcachedSlabsFacts {
  classes: Record<string, Record<string, number>>;
  activeSlabs: Num;
  totalMallocedBytes: Num;
}

/** Differences between two samples of the counters of `stats`, and of `stats items` per class. See {@link WindowFacts}. */
export interface MemcachedWindowFacts {
  basis: "sample" | "since-start";
  seconds: number;
  counters: Record<string, number>;
  items: Record<string, Record<string, number>>;
}

/** Topic name → its shape. A rule declares the topics it needs by these names. */
export interface Facts {
  reachability: Reachability;
  server: ServerFacts;
  loading: LoadingFacts;
  memory: MemoryFacts;
  clients: ClientsFacts;
  persistence: PersistenceFacts;
  counters: CounterFacts;
  window: WindowFacts;
  replication: ReplicationFacts;
  keyspace: KeyspaceFacts;
  commandStats: CommandStatsFacts;
  errorStats: ErrorStatsFacts;
  latencyStats: LatencyStatsFacts;
  config: ConfigFacts;
  slowlog: SlowlogFacts;
  latency: LatencyFacts;
  clientList: ClientListFacts;
  acl: AclFacts;
  memoryStats: MemoryStatsFacts;
  clusterInfo: ClusterInfoFacts;
  clusterView: ClusterViewFacts;
  /** Running and recent ones, as CLUSTER GETSLOTMIGRATIONS or CLUSTER MIGRATION STATUS list them. */
  slotMigrations: SlotMigrationEntry[];
  modules: ModuleFact[];
  sentinel: SentinelFacts;
  sentinelViews: SentinelViewsFacts;
  memcachedStats: MemcachedStatsFacts;
  memcachedSettings: MemcachedSettingsFacts;
  memcachedItems: MemcachedItemsFacts;
  memcachedSlabs: MemcachedSlabsFacts;
  memcachedWindow: MemcachedWindowFacts;
}

export type Topic = keyof Facts;
