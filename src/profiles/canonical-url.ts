import { formatEndpoint } from "../model/node.js";
import type { ParsedUrl } from "./parse-url.js";

/** The URL without user and password, with every port spelled out: what names a URL target in reports. */
export function canonicalUrl({ kind, tls, seeds, masterName, database }: ParsedUrl): string {
  const [first] = seeds;
  if (first !== undefined && "path" in first) return `redis+unix://${first.path}${database ? `?db=${database}` : ""}`;
  const scheme = kind === "memcached" ? kind : `redis${tls ? "s" : ""}${kind === "standalone" ? "" : `+${kind}`}`;
  const master = masterName === null ? "" : `/${masterName}`;
  // Without a master name the database would be read as one.
  const path = database ? `${master === "" && kind === "sentinel" ? "/" : master}/${database}` : master;
  return `${scheme}://${seeds.map(formatEndpoint).join(",")}${path}`;
}
