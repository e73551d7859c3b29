import type { Reply } from "../../src/model/node-port.js";
import { waitUntil, type RedisServer } from "./servers/index.js";

/** Writes `count` keys of 1 KB at once; how many of them were refused with OOM. Any other error rejects. */
export async function flood(server: RedisServer, prefix: string, count: number, ...options: string[]): Promise<number> {
  const value = "x".repeat(1_000);
  let refused = 0;
  for (let from = 0; from < count; from += 1_000) {
    const batch = Array.from({ length: Math.min(1_000, count - from) }, (_, index) =>
      server.call("SET", `${prefix}:${from + index}`, value, ...options).catch((error: unknown): Reply => {
        if (!String(error).includes("OOM")) throw error;
        refused += 1;
        return null;
      }),
    );
    await Promise.all(batch);
  }
  return refused;
}

/** Newer versions free what FLUSHALL removes in the background: until that is done, it still counts. */
export async function emptied(server: RedisServer): Promise<void> {
  await server.call("FLUSHALL");
  await waitUntil(async () => (await infoNumber(server, "memory", "lazyfree_pending_objects")) === 0, {
    what: "the memory is free",
    timeoutMs: 30_000,
  });
}

/** How many of these keys are there. EXISTS touches, so it is asked last. */
export async function surviving(server: RedisServer, prefix: string, count: number): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}:${index}`);
  return Number(await server.call("EXISTS", ...names));
}

export async function infoNumber(server: RedisServer, section: string, field: string): Promise<number> {
  const info = String(await server.call("INFO", section));
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1] ?? Number.NaN);
}

export async function setting(server: RedisServer, name: string): Promise<string> {
  const reply = await server.call("CONFIG", "GET", name);
  return Array.isArray(reply) ? String(reply[1]) : "";
}
