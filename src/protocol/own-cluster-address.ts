/**
 * Host, client port and bus port that a node gives of itself in its own line of CLUSTER NODES (`ip:port@cport`). The host is null
 * until it has met somebody or been told (`cluster-announce-ip`). Null where there is no such line.
 */
export function parseOwnAddress(clusterNodes: string): { host: string | null; port: number; busPort: number } | null {
  const line = clusterNodes.split(/\r?\n/).find((text) => / (?:[a-z!]+,)*myself(?:,|\s)/.test(text));
  const field = line?.split(" ")[1]?.split(",")[0];
  const match = field === undefined ? null : /^(.*):(\d+)@(\d+)$/.exec(field);
  if (match === null) return null;
  const host = match[1] === "" ? null : (match[1] ?? null);
  return { host, port: Number(match[2]), busPort: Number(match[3]) };
}
