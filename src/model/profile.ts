import type { MemcachedHashing, TagSettings } from "./invalidation.js";
import type { Endpoint, TargetIdentity, TargetKind } from "./node.js";
import type { Secret } from "./secret.js";

export interface Credentials {
  username: string | null;
  password: Secret;
}

export interface TlsSettings {
  /** PEM text, already read from the files that the profile names. */
  ca: string | null;
  cert: string | null;
  key: string | null;
  passphrase: Secret | null;
  servername: string | null;
  /** Accept any certificate. Only when the profile spells it out. */
  insecure: boolean;
}

export interface Timeouts {
  /** For TCP, TLS and login together, per node. Milliseconds. */
  connectMs: number;
  /** For one command. Milliseconds. */
  commandMs: number;
}

/** A validated profile with its secrets resolved: all that `connect` needs. */
export interface Profile {
  identity: TargetIdentity;
  /** File path, or the word `url`. */
  source: string;
  kind: TargetKind;
  /** Nodes to ask first; for memcached, all servers. Never empty. */
  seeds: Endpoint[];
  /** Sentinel only: the monitored name; null means every one. */
  masterName: string | null;
  /**
   * Sentinel only, for a check of the whole group: what every sentinel lists is followed, not only what the first that answers
   * does. `masterNames` narrows it like `masterName`; empty: all.
   */
  everyView?: { masterNames: readonly string[] };
  credentials: Credentials | null;
  sentinelCredentials: Credentials | null;
  /** Memcached only: SASL over the binary protocol, or the token file's `set` in the text protocol (-Y). */
  memcachedLogin: "sasl" | "ascii";
  tls: TlsSettings | null;
  /** Sentinel only: whether the sentinels speak TLS too. */
  sentinelTls: boolean;
  database: number;
  /** Announced `host:port` → address to dial. */
  natMap: Record<string, { host: string; port: number }>;
  timeouts: Timeouts;
  /** Whether replicas, cluster members and monitored nodes are looked for. */
  discover: boolean;
  /** How the application tags its keys. */
  tags: TagSettings;
  /** Memcached only: how the application chooses a server; null: not said. */
  hashing: MemcachedHashing | null;
  /** Memcached only: `host:port` → weight in the ring; 1 where none is said. */
  weights: Record<string, number>;
  /** File that every invalidation leaves a line in; null: none. Absolute. */
  auditFile: string | null;
}
