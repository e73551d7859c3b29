import { waitUntil, type RedisServer } from "./servers/index.js";

/** By its own word. A sentinel that stood still for two seconds is in TILT for half a minute: it judges nobody, and refuses a drill. */
export async function isInTilt(sentinel: RedisServer): Promise<boolean> {
  return String(await sentinel.call("INFO", "sentinel")).includes("sentinel_tilt:1");
}

export async function isAnyInTilt(sentinels: readonly RedisServer[]): Promise<boolean> {
  return (await Promise.all(sentinels.map(isInTilt))).includes(true);
}

export async function untilNoneTilts(sentinels: readonly RedisServer[]): Promise<void> {
  await waitUntil(async () => !(await isAnyInTilt(sentinels)), {
    what: "no sentinel is in TILT",
    timeoutMs: 120_000,
    everyMs: 100,
  });
}
