export interface SentinelHost {
  host: string;
  port: number;
}

/** What a Sentinel group is to be. */
export interface SentinelConfigRequest {
  masterName: string;
  primary: SentinelHost;
  sentinels: SentinelHost[];
  /** Null: a majority. */
  quorum: number | null;
  downAfterMs: number;
  failoverTimeoutMs: number;
  parallelSyncs: number;
  /** The user that sentinels log in as at the data nodes; null: the default user. */
  authUser: string | null;
  /** Name of the variable that stands for the password in the text; null: the nodes need no password. */
  passwordVariable: string | null;
  /** `host:port` of a sentinel → what it calls itself to the others. */
  announce: Record<string, SentinelHost>;
  /** Host → zone. */
  zones: Record<string, string>;
}

export interface SentinelConfigPlan {
  masterName: string;
  quorum: number;
  majority: number;
  files: { address: string; lines: string[] }[];
  /** Sentences. */
  warnings: string[];
}

/** Whether this is no IPv4 or IPv6 address. */
export function isHostName(host: string): boolean {
  return !host.includes(":") && !/^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
