import type { MemcachedHashing, TagSettings } from "../model/invalidation.js";
import type { DataRole, Endpoint, IgnoredRule, TargetKind } from "../model/node.js";
import type { Timeouts } from "../model/profile.js";
import type { SecretSource } from "./secret-source.js";

/** A validated profile whose secrets and certificates have not been fetched yet. */
export type ProfileSpec = TargetSpec | FleetSpec;

export interface LoginSpec {
  username: string | null;
  password: SecretSource;
}

/** As `TlsSettings`, with absolute paths in place of PEM text. */
export interface TlsSpec {
  ca: string | null;
  cert: string | null;
  key: string | null;
  passphrase: SecretSource | null;
  servername: string | null;
  insecure: boolean;
}

export interface TargetSpec {
  kind: TargetKind;
  seeds: Endpoint[];
  masterName: string | null;
  login: LoginSpec | null;
  sentinelLogin: LoginSpec | null;
  memcachedLogin: "sasl" | "ascii";
  tls: TlsSpec | null;
  sentinelTls: boolean;
  database: number;
  natMap: Record<string, { host: string; port: number }>;
  timeouts: Timeouts;
  discover: boolean;
  role: DataRole | null;
  labels: Record<string, string>;
  protected: boolean;
  thresholds: Record<string, Record<string, number>>;
  ignore: IgnoredRule[];
  /** Host → availability zone. */
  zones: Record<string, string>;
  tags: TagSettings;
  hashing: MemcachedHashing | null;
  weights: Record<string, number>;
  auditFile: string | null;
}

export interface FleetSpec {
  kind: "fleet";
  members: FleetMember[];
  /** Labels that a profile must all have to belong to the fleet; null when the fleet names its members only. */
  select: { labels: Record<string, string>; line: number; column: number } | null;
}

/** A profile name or a glob, and where it stands in the fleet's file. */
export interface FleetMember {
  name: string;
  line: number;
  column: number;
}

/** A target under the name that reports give it. */
export interface NamedTarget {
  name: string;
  /** Path of the file, or the word `url`. */
  source: string;
  spec: TargetSpec;
}

export const profileKinds = ["standalone", "sentinel", "cluster", "memcached", "fleet"] as const;
export type ProfileKind = (typeof profileKinds)[number];

export const defaultPorts: Readonly<Record<TargetKind, number>> = {
  standalone: 6379,
  sentinel: 26_379,
  cluster: 6379,
  memcached: 11_211,
};

// Long enough for a slow VPN and a busy server, short enough that a dead node does not stall a run.
export const defaultTimeouts: Readonly<Timeouts> = { connectMs: 5_000, commandMs: 5_000 };

export const plainTls: Readonly<TlsSpec> = {
  ca: null,
  cert: null,
  key: null,
  passphrase: null,
  servername: null,
  insecure: false,
};

/** Everything that a profile or URL may leave out. */
export function targetSpec(wanted: Pick<TargetSpec, "kind" | "seeds"> & Partial<TargetSpec>): TargetSpec {
  return {
    masterName: null,
    login: null,
    sentinelLogin: null,
    memcachedLogin: "sasl",
    tls: null,
    sentinelTls: false,
    database: 0,
    natMap: {},
    timeouts: defaultTimeouts,
    discover: true,
    role: null,
    labels: {},
    protected: false,
    thresholds: {},
    ignore: [],
    zones: {},
    tags: { scheme: null, prefix: null },
    hashing: null,
    weights: {},
    auditFile: null,
    ...wanted,
  };
}
