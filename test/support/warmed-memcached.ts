import { spawnCli, type RunningCli } from "../cli/spawn-cli.js";
import { memcachedReleases, startMemcached, waitUntil, type MemcachedServer } from "./servers/index.js";
import { calm } from "./warm-run.js";

const all = await memcachedReleases();

/** The oldest that is supported, and the newest. */
export const oldestAndNewest = [...new Set([all[0], all.at(-1)])].filter((release) => release !== undefined);

export function startPool(count: number, release?: string): Promise<MemcachedServer[]> {
  return Promise.all(Array.from({ length: count }, () => startMemcached(release === undefined ? {} : { release })));
}

export function poolUrl(servers: readonly { address: string }[]): string {
  return `memcached://${servers.map(({ address }) => address).join(",")}`;
}

/** Items of all these servers, but for the lock of a run. */
export async function itemCount(...servers: MemcachedServer[]): Promise<number> {
  const counts = servers.map(async (server) => {
    // Asked for, one whose time is over goes away; until then it counts as an item.
    const locked = (await server.send("get cachectl:warm-lock:warm")).startsWith("VALUE");
    return (await stat(server, "curr_items")) - (locked ? 1 : 0);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

export async function stat(server: MemcachedServer, name: string): Promise<number> {
  return Number(new RegExp(`STAT ${name} (\\d+)`).exec(await server.send("stats"))?.[1] ?? Number.NaN);
}

/** The value of a key; null: there is none. */
export async function valueOf(server: MemcachedServer, key: string): Promise<string | null> {
  const answer = await server.send(`get ${key}`);
  return answer === "END" ? null : answer.slice(answer.indexOf("\r\n") + 2, -"\r\nEND".length);
}

/** A run that takes some seconds, when it has written so many items. */
export async function underWay(args: string[], servers: MemcachedServer[], items = 500): Promise<RunningCli> {
  const run = spawnCli(["warm", ...args, ...calm, "--json", "--rate", "4k"]);
  await waitUntil(async () => (await itemCount(...servers)) >= items, { what: "the run writes", timeoutMs: 30_000 });
  return run;
}
