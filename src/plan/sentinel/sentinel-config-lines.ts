import { formatEndpoint } from "../../model/node.js";
import { isHostName, type SentinelConfigRequest, type SentinelHost } from "../../model/sentinel-config.js";

/**
 * The text of one sentinel.conf, in the order in which Sentinel wants it: names may be resolved before a name is monitored. It
 * holds no secret: a password is written as `${VARIABLE}`, for envsubst. No `sentinel myid` either: each makes its own at its
 * first start, and a copied one makes two sentinels one.
 */
export function sentinelConfigLines(sentinel: SentinelHost, request: SentinelConfigRequest, quorum: number): string[] {
  const { masterName: name, primary, authUser, passwordVariable } = request;
  return [
    `# sentinel.conf of ${formatEndpoint(sentinel)}`,
    "# Sentinel rewrites this file, so it must be writable. Never copy one that has run.",
    `port ${sentinel.port}`,
    "dir /tmp",
    ...nameLines(request),
    ...announceLines(sentinel, request),
    `sentinel monitor ${name} ${primary.host} ${primary.port} ${quorum}`,
    ...(authUser === null ? [] : [`sentinel auth-user ${name} ${authUser}`]),
    ...(passwordVariable === null ? [] : [`sentinel auth-pass ${name} \${${passwordVariable}}`]),
    `sentinel down-after-milliseconds ${name} ${request.downAfterMs}`,
    `sentinel failover-timeout ${name} ${request.failoverTimeoutMs}`,
    `sentinel parallel-syncs ${name} ${request.parallelSyncs}`,
  ];
}

/** Only where a name is used: 6.0 does not know these. announce-hostnames, or clients and replicas would be given addresses. */
function nameLines(request: SentinelConfigRequest): string[] {
  if (!usesHostNames(request)) return [];
  return ["sentinel resolve-hostnames yes", "sentinel announce-hostnames yes"];
}

export function usesHostNames({ primary, announce }: SentinelConfigRequest): boolean {
  return [primary, ...Object.values(announce)].some(({ host }) => isHostName(host));
}

function announceLines(sentinel: SentinelHost, { announce }: SentinelConfigRequest): string[] {
  const as = announce[formatEndpoint(sentinel)];
  return as === undefined ? [] : [`sentinel announce-ip ${as.host}`, `sentinel announce-port ${as.port}`];
}
