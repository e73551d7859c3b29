import type { ClusterViewFacts, ClusterViewNode } from "../model/facts.js";

/**
 * Reads CLUSTER NODES (Redis 6.0 to Valkey 9.1). Lines that do not have the eight fixed fields are left out.
 * Source: https://redis.io/docs/latest/commands/cluster-nodes/
 */
export function parseClusterNodes(text: string): ClusterViewFacts {
  const nodes = text
    .split(/\r?\n/)
    .map(parseLine)
    .filter((node) => node !== null);
  return { myId: nodes.find((node) => node.myself)?.id ?? "", nodes };
}

function parseLine(line: string): ClusterViewNode | null {
  const [id, address, flagText, primary, , , epoch, linkState, ...slotFields] = line.trim().split(/\s+/);
  if (id === undefined || address === undefined || flagText === undefined || linkState === undefined) return null;
  const flags = flagText.split(",");
  return {
    id,
    ...parseAddress(address),
    flags,
    role: flags.includes("slave") || flags.includes("replica") ? "replica" : "primary",
    primaryId: primary === undefined || primary === "-" ? null : primary,
    configEpoch: Number(epoch),
    linkState,
    myself: flags.includes("myself"),
    ...parseSlots(slotFields),
  };
}

/** `ip:port@cport[,hostname[,aux=value…]]`; an unknown ip is empty, an IPv6 one has no brackets. */
function parseAddress(field: string): { host: string; port: number; hostname: string | null } {
  const [address = "", hostname] = field.split(",");
  const withoutBus = address.split("@")[0] ?? "";
  const colon = withoutBus.lastIndexOf(":");
  return {
    host: withoutBus.slice(0, colon),
    port: Number(withoutBus.slice(colon + 1)),
    hostname: hostname === undefined || hostname === "" ? null : hostname,
  };
}

/** `5`, `0-5460`, `[77->-<node id>]` (moving out) and `[77-<-<node id>]` (taking in). */
function parseSlots(fields: string[]): Pick<ClusterViewNode, "slots" | "migrating" | "importing"> {
  const slots: [number, number][] = [];
  const migrating: ClusterViewNode["migrating"] = [];
  const importing: ClusterViewNode["importing"] = [];
  for (const field of fields) {
    const open = /^\[(\d+)-([<>])-([0-9a-f]+)\]$/.exec(field);
    if (open !== null) {
      const slot = Number(open[1]);
      if (open[2] === ">") migrating.push({ slot, to: String(open[3]) });
      else importing.push({ slot, from: String(open[3]) });
      continue;
    }
    const [first, last] = field.split("-").map(Number);
    if (first !== undefined && Number.isInteger(first)) slots.push([first, last ?? first]);
  }
  return { slots, migrating, importing };
}
