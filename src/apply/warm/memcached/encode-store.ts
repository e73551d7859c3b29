import type { WarmItem } from "../../../model/warm-manifest.js";
import type { Encoded } from "./asking.js";
import type { OpenServer } from "./pool-server.js";

/** How an item is stored: whatever is there, only where nothing is, or only over this version of it. */
export type StoreVerb = "set" | "add" | { version: string };

/** Seconds from which on the protocol takes an expiry for a point in time. */
const longestRelativeSeconds = 30 * 86_400;

/** What the server keeps of an item beside its key and data (64 bits): its header, the key's NUL, the data's line end. */
const headerBytes = 48 + 1 + 2;
const versionBytes = 8;

/**
 * One `set`, `add` or `cas` with its data, one character a byte. An item that is larger than the server takes is not sent: with its
 * refusal of a `set` the server deletes what was there (memcached's complete_nread and process_update_command: "avoid stale data
 * persisting in cache").
 *
 * @param nowMs Unix milliseconds
 */
export function encodeStore(
  verb: StoreVerb,
  { key, value, ttlMs }: WarmItem,
  { itemSizeMax, hasVersions, clockAheadMs }: Pick<OpenServer, "itemSizeMax" | "hasVersions" | "clockAheadMs">,
  nowMs: number,
): Encoded {
  const data = "data" in value ? value.data : "";
  const size = headerBytes + (hasVersions ? versionBytes : 0) + key.length + data.length;
  if (itemSizeMax !== null && size > itemSizeMax)
    return { refused: `an item of ${size} bytes, and the server takes ${itemSizeMax} (item_size_max, -I)` };
  const head = `${key} 0 ${expiry(ttlMs, nowMs + clockAheadMs)} ${data.length}`;
  const line = typeof verb === "string" ? `${verb} ${head}` : `cas ${head} ${verb.version}`;
  return `${line}\r\n${data}\r\n`;
}

/** 0: never. */
function expiry(ttlMs: number | null, serverNowMs: number): number {
  if (ttlMs === null) return 0;
  const seconds = Math.max(1, Math.ceil(ttlMs / 1_000));
  return seconds <= longestRelativeSeconds ? seconds : Math.ceil(serverNowMs / 1_000) + seconds;
}
