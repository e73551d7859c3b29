import type { ClientsFacts } from "../model/facts.js";
import { numberField, type Info } from "../protocol/info.js";

/** Reads INFO clients. */
export function parseClients(info: Info): ClientsFacts | null {
  const section = info["clients"];
  if (section === undefined) return null;
  return {
    connected: numberField(section, "connected_clients"),
    blocked: numberField(section, "blocked_clients"),
    maxClients: numberField(section, "maxclients"),
    clusterConnections: numberField(section, "cluster_connections"),
    trackingClients: numberField(section, "tracking_clients"),
  };
}
