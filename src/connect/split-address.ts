/** The inverse of `formatEndpoint` for `host:port` and `[v6]:port`; null when it is neither. */
export function splitAddress(address: string): { host: string; port: number } | null {
  const match = /^(?:\[(.+)\]|(.+)):(\d+)$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  return host === undefined ? null : { host, port: Number(match?.[3]) };
}
