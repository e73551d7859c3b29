import type { ConnectionOptions } from "node:tls";
import type { Endpoint } from "../model/node.js";
import type { TlsSettings } from "../model/profile.js";

/** A profile's TLS settings in the words of node:tls. */
export function tlsOptions(endpoint: Endpoint, tls: TlsSettings): ConnectionOptions {
  return {
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
    ...(tls.passphrase === null ? {} : { passphrase: tls.passphrase.reveal() }),
    ...serverName(endpoint, tls),
    rejectUnauthorized: !tls.insecure,
  };
}

/** SNI must not hold an address (RFC 6066). */
function serverName(endpoint: Endpoint, tls: TlsSettings): { servername?: string } {
  if (tls.servername !== null) return { servername: tls.servername };
  return "host" in endpoint && !/^[\d.]+$|:/.test(endpoint.host) ? { servername: endpoint.host } : {};
}
