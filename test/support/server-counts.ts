import type { RedisServer } from "./servers/index.js";

/** Connections of clients to all of them, the test's own included; those between the members of a cluster are of another kind. */
export async function clientsOf(servers: readonly RedisServer[]): Promise<number> {
  const lists = await Promise.all(servers.map((server) => server.call("CLIENT", "LIST")));
  return lists.reduce<number>((sum, list) => sum + String(list).trim().split("\n").length, 0);
}

/** How often the server was asked this, subcommands taken together. */
export async function callsOf(server: RedisServer, command: string): Promise<number> {
  const stats = String(await server.call("INFO", "commandstats"));
  const lines = [...stats.matchAll(/^cmdstat_(\w+)(?:\|[\w-]+)?:calls=(\d+)/gm)];
  return lines.reduce((sum, [, name, calls]) => (name === command ? sum + Number(calls) : sum), 0);
}
