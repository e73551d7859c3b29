/** Where a node listens. A unix socket has a path and no host. */
export type Endpoint = { host: string; port: number } | { path: string };

/** `host:port`, `[v6]:port` or `unix:/path`: the name of a node in every report. */
export function formatEndpoint(endpoint: Endpoint): string {
  if ("path" in endpoint) return `unix:${endpoint.path}`;
  return endpoint.host.includes(":") ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

/** The host of a node's address, an IPv6 one without its brackets; all unix sockets are on one. */
export function hostOf(address: string): string {
  if (address.startsWith("unix:")) return "unix";
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

const naturalOrder = new Intl.Collator("en", { numeric: true });

/** Orders addresses as people count: `10.0.0.2` before `10.0.0.11`. */
export function compareAddresses(a: string, b: string): number {
  return naturalOrder.compare(a, b);
}

/** Which conversation a node speaks: it decides which facts exist and which rules apply. */
export type NodeFamily = "redis" | "sentinel" | "memcached";

export type NodeRole = "primary" | "replica" | "sentinel" | "server" | "unknown";

/** A node as the reports name it. */
export interface NodeIdentity {
  /** Address as dialled (after the NAT map), for example `10.0.0.5:6379`. Unique within a target. */
  address: string;
  family: NodeFamily;
  /** What discovery learned; `unknown` when nobody could say. The node's own word is in the `replication` fact. */
  role: NodeRole;
  /** How `redis-cli` reaches this node: arguments without any secret, for the commands in findings. */
  cliArguments: string[];
}

/** What the profile says this data is for; rules weigh findings by it. */
export type DataRole = "cache" | "store" | "queue" | "session";

export type TargetKind = "standalone" | "sentinel" | "cluster" | "memcached";

export interface IgnoredRule {
  rule: string;
  reason: string;
  /** `YYYY-MM-DD`: from this day on the rule is judged again. */
  until: string | null;
}

/** A profile or URL as the reports and rules know it. Holds no secret. */
export interface TargetIdentity {
  name: string;
  kind: TargetKind;
  role: DataRole | null;
  labels: Record<string, string>;
  protected: boolean;
  /** Rule id → threshold name → value, from the profile. */
  thresholds: Record<string, Record<string, number>>;
  ignore: IgnoredRule[];
  /** Host → availability zone, from the profile; absent: the profile names none. */
  zones?: Record<string, string>;
}
