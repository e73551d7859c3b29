import type { Endpoint, NodeFamily } from "../model/node.js";
import type { Profile } from "../model/profile.js";

/** How `redis-cli` (or, for Memcached, any text client) reaches this node. A password is asked for, never written out. */
export function cliArguments(endpoint: Endpoint, family: NodeFamily, profile: Profile): string[] {
  const where = "path" in endpoint ? ["-s", endpoint.path] : ["-h", endpoint.host, "-p", String(endpoint.port)];
  if (family === "memcached") return where;
  const sentinel = family === "sentinel";
  const tls = sentinel && !profile.sentinelTls ? null : profile.tls;
  const credentials = sentinel ? profile.sentinelCredentials : profile.credentials;
  return [
    ...where,
    ...(tls === null ? [] : ["--tls", ...(tls.insecure ? ["--insecure"] : [])]),
    ...(credentials === null
      ? []
      : [...(credentials.username === null ? [] : ["--user", credentials.username]), "--askpass"]),
  ];
}
