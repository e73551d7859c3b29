import type { ServerFacts } from "../model/facts.js";
import { numberField, type Info } from "../protocol/info.js";

/** Reads INFO server. `server_name:valkey` decides first: Valkey's `redis_version` names the Redis it is compatible with. */
export function parseServer(info: Info): ServerFacts | null {
  const section = info["server"];
  if (section === undefined) return null;
  const valkey = section["server_name"] === "valkey";
  const mode = section["server_mode"] ?? section["redis_mode"] ?? "standalone";
  return {
    product: valkey ? "valkey" : "redis",
    version: (valkey ? section["valkey_version"] : section["redis_version"]) ?? "unknown",
    mode: mode === "cluster" || mode === "sentinel" ? mode : "standalone",
    runId: section["run_id"] ?? "",
    os: section["os"] ?? null,
    tcpPort: numberField(section, "tcp_port"),
    uptimeSeconds: numberField(section, "uptime_in_seconds"),
    configuredHz: numberField(section, "configured_hz"),
    executable: section["executable"] ?? null,
    configFile: section["config_file"] ?? null,
  };
}
