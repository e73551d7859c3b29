import type { Reply } from "../model/node-port.js";

/** A flat `[name, value, …]` reply, the RESP2 form of a map, as text by name. Nested values are left out. */
export function textMap(reply: Reply): Record<string, string> {
  const map: Record<string, string> = {};
  if (!Array.isArray(reply)) return map;
  for (let i = 0; i + 1 < reply.length; i += 2) {
    const name = reply[i];
    const value = reply[i + 1];
    if (typeof name === "string" && (typeof value === "string" || typeof value === "number")) map[name] = String(value);
  }
  return map;
}

/** Like {@link textMap}, keeping values as they came. */
export function replyMap(reply: Reply): Map<string, Reply> {
  const map = new Map<string, Reply>();
  if (!Array.isArray(reply)) return map;
  for (let i = 0; i + 1 < reply.length; i += 2) map.set(String(reply[i]), reply[i + 1] ?? null);
  return map;
}

/** A reply as a list; empty when it is none. */
export function replyList(reply: Reply | undefined): Reply[] {
  return Array.isArray(reply) ? reply : [];
}

/** A text or integer reply as a number; null when it is neither. */
export function replyNumber(reply: Reply | undefined): number | null {
  if (typeof reply === "number") return reply;
  if (typeof reply !== "string" || reply.trim() === "") return null;
  const value = Number(reply);
  return Number.isFinite(value) ? value : null;
}
