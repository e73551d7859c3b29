import type { BulkReply } from "../model/node-port.js";

/** What Redis (8.6+) answers to HOTKEYS GET: one session of tracking, running or stopped. */
export interface HotkeysSession {
  active: boolean;
  /** Unix milliseconds: tells one session from another. */
  startedAtMs: number;
  durationMs: number;
  /** Of n commands one was counted. */
  sampleRatio: number;
  /** Whether only some hash slots were watched. */
  selectedSlots: boolean;
  /** Null: the session does not track it. Figures are for all commands, so `sampleRatio` is accounted for. */
  cpu: HotkeysMetric | null;
  network: HotkeysMetric | null;
}

export interface HotkeysMetric {
  /** Of all commands with keys, on all slots: microseconds of CPU or bytes. */
  total: number | null;
  keys: { name: string; amount: number }[];
}

/**
 * Reads an answer to HOTKEYS GET; null when there is no session or the answer is none of Redis.
 *
 * The server counts the keys of sampled commands only and gives them as counted, beside totals over all commands
 * (redis#15837): so they are multiplied by the ratio. Names are one character a byte. Source: `hotkeysCommand` in hotkeys.c.
 */
export function parseHotkeysSession(reply: BulkReply): HotkeysSession | null {
  const fields = fieldsOf(reply);
  const startedAtMs = fields.get("collection-start-time-unix-ms");
  const sampleRatio = fields.get("sample-ratio");
  if (typeof startedAtMs !== "number" || typeof sampleRatio !== "number" || sampleRatio < 1) return null;
  return {
    active: fields.get("tracking-active") === 1,
    startedAtMs,
    durationMs: numberOf(fields.get("collection-duration-ms")) ?? 0,
    sampleRatio,
    selectedSlots: fields.has("all-commands-selected-slots-us"),
    cpu: metric(fields.get("by-cpu-time-us"), fields.get("all-commands-all-slots-us"), sampleRatio),
    network: metric(fields.get("by-net-bytes"), fields.get("net-bytes-all-commands-all-slots"), sampleRatio),
  };
}

/** What Valkey (9.2+) answers: accesses a second in the last completed window, most first. */
export interface ValkeyHotKey {
  name: string;
  database: number;
  accessesPerSecond: number;
}

/** Reads Valkey's answer to HOTKEYS GET; null when it is none. Empty: no window has been completed yet, or nobody asked. */
export function parseValkeyHotkeys(reply: BulkReply): ValkeyHotKey[] | null {
  if (!Array.isArray(reply)) return null;
  const keys = reply.map((entry) => {
    const fields = pairs(entry);
    const name = fields.get("key");
    const rate = numberOf(fields.get("qps"));
    if (typeof name !== "string" || rate === null) return null;
    return { name, database: numberOf(fields.get("db")) ?? 0, accessesPerSecond: rate };
  });
  return keys.every((key) => key !== null) ? keys : null;
}

/** Redis 8.6.0 answers with the fields in a list of one; its first release candidates answered with the fields themselves. */
function fieldsOf(reply: BulkReply): Map<string, BulkReply> {
  const inner = Array.isArray(reply) ? reply[0] : undefined;
  return pairs(Array.isArray(inner) ? inner : reply);
}

function pairs(reply: BulkReply | undefined): Map<string, BulkReply> {
  const fields = new Map<string, BulkReply>();
  if (!Array.isArray(reply)) return fields;
  for (let i = 0; i + 1 < reply.length; i += 2) {
    const name = reply[i];
    if (typeof name === "string") fields.set(name, reply[i + 1] ?? null);
  }
  return fields;
}

function metric(list: BulkReply | undefined, total: BulkReply | undefined, ratio: number): HotkeysMetric | null {
  if (!Array.isArray(list)) return null;
  const keys: HotkeysMetric["keys"] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i];
    const amount = numberOf(list[i + 1]);
    if (typeof name === "string" && amount !== null) keys.push({ name, amount: amount * ratio });
  }
  return { total: numberOf(total), keys };
}

function numberOf(reply: BulkReply | undefined): number | null {
  return typeof reply === "number" ? reply : null;
}
