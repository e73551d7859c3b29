import type { ConfigFacts, MemcachedSettingsFacts } from "../model/facts.js";
import { isAtLeast } from "../model/version-number.js";

/**
 * Whether a Redis or Valkey server listens on TCP beyond the loopback interface, by `bind`, `port` and `tls-port`. Null when
 * CONFIG GET does not show enough, as with managed services.
 */
export function listensBeyondLoopback(config: ConfigFacts, version: string): boolean | null {
  if (config["port"] === "0" && config["tls-port"] === "0") return false;
  const bind = config["bind"];
  if (bind === undefined) return null;
  const addresses = bind.split(/\s+/).filter((address) => address !== "");
  // Up to 6.2 an empty bind means every interface; from 7.0 on (redis#9034) the server then listens on none.
  if (addresses.length === 0) return flip(isAtLeast(version, "7.0"));
  return !addresses.every(isLoopback);
}

/**
 * Whether protected mode turns away whoever comes over the network without a password. Up to 6.2 it counts only while no
 * address is bound; from 7.0 on (redis#9034) it counts always. Null when CONFIG GET does not show it.
 */
export function isProtected(config: ConfigFacts, version: string): boolean | null {
  const mode = config["protected-mode"];
  if (mode === undefined) return null;
  return mode === "yes" && protectedModeCounts(config, version);
}

/** Whether `protected-mode yes` has an effect with these bound addresses. */
function protectedModeCounts(config: ConfigFacts, version: string): boolean {
  return isAtLeast(version, "7.0") !== false || config["bind"] === "";
}

/** The same for Memcached, by `inter`, `tcpport`, `udpport` and `domain_socket` of `stats settings`. */
export function memcachedListensBeyondLoopback(settings: MemcachedSettingsFacts): boolean | null {
  const { inter, domain_socket: socket } = settings;
  if (socket !== undefined && socket !== "NULL" && socket !== "") return false;
  if (settings["tcpport"] === "0" && settings["udpport"] === "0") return false;
  if (inter === undefined) return null;
  // Started without -l, Memcached listens on every interface and prints NULL here.
  return !inter.split(/[\s,;]+/).every((address) => isLoopback(address.replace(/^notls:/, "")));
}

/** For one entry of a bind list: `127.0.0.1`, `-::1` (ignored when absent), `localhost`, `[::1]:11211`. */
export function isLoopback(entry: string): boolean {
  const address = entry.replace(/^-/, "").replace(/^\[(.*)\](:\d+)?$/, "$1");
  return address === "::1" || /^localhost(:\d+)?$/.test(address) || /^127(\.\d+){3}(:\d+)?$/.test(address);
}

function flip(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}
