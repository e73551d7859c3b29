import type { SentinelMasterFacts } from "../model/facts.js";
import type { Reply } from "../model/node-port.js";
import { numberField } from "./info.js";
import { replyList, textMap } from "./replies.js";

/** Reads SENTINEL MASTERS. */
export function parseSentinelMasters(reply: Reply): SentinelMasterFacts[] {
  return parseSentinelList(reply).map((fields) => ({
    name: fields["name"] ?? "",
    address: sentinelAddress(fields),
    flags: (fields["flags"] ?? "").split(","),
    quorum: numberField(fields, "quorum"),
    otherSentinels: numberField(fields, "num-other-sentinels"),
    replicas: numberField(fields, "num-slaves"),
    configEpoch: numberField(fields, "config-epoch"),
    downAfterMs: numberField(fields, "down-after-milliseconds"),
    failoverTimeoutMs: numberField(fields, "failover-timeout"),
    parallelSyncs: numberField(fields, "parallel-syncs"),
  }));
}

/** Reads SENTINEL REPLICAS or SENTINEL SENTINELS: a flat map for each. */
export function parseSentinelList(reply: Reply): Record<string, string>[] {
  return replyList(reply).map(textMap);
}

function sentinelAddress(fields: Record<string, string>): string {
  const host = fields["ip"] ?? "";
  return host.includes(":") ? `[${host}]:${fields["port"]}` : `${host}:${fields["port"]}`;
}
