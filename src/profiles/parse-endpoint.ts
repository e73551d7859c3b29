import { isIPv6 } from "node:net";

/**
 * Reads `host`, `host:port` or `[v6]:port`. Pure.
 *
 * @param defaultPort for text without a port; null: a port must be given.
 * @returns the endpoint, or the reason as a clause that follows "must" ("must be host:port").
 */
export function parseEndpoint(
  text: string,
  defaultPort: number | null,
): { ok: true; host: string; port: number } | { ok: false; reason: string } {
  if (isIPv6(text)) return { ok: false, reason: "have its IPv6 address in brackets, such as [::1]:6379" };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(text);
  const host = match?.[1] ?? match?.[2] ?? "";
  if (match === null || !(match[1] === undefined ? isHostName(host) : isIPv6(host)))
    return { ok: false, reason: "be host:port, such as 10.0.0.5:6379 or [::1]:6379" };
  if (match[3] === undefined)
    return defaultPort === null ? { ok: false, reason: "name a port" } : { ok: true, host, port: defaultPort };
  const port = parsePort(match[3]);
  return port === null ? { ok: false, reason: "have a port from 1 to 65535" } : { ok: true, host, port };
}

/** A host name or IPv4 address; letters of any script, but nothing that has a meaning in a URL. */
export function isHostName(text: string): boolean {
  return /^[^\s:/?#@[\],*]+$/.test(text);
}

export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}

function parsePort(text: string): number | null {
  return /^\d{1,5}$/.test(text) && isPort(Number(text)) ? Number(text) : null;
}
