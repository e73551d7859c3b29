import { serverChooser } from "../apply/invalidate/memcached/choose-server.js";
import type { MemcachedHashing } from "../model/invalidation.js";
import { formatEndpoint } from "../model/node.js";
import type { Profile } from "../model/profile.js";

/**
 * Which server of a Memcached profile the application keeps a key on, as an address; null where there are several and nobody says
 * how they are chosen. Pure.
 *
 * @param hashing of the command line, else of the profile
 */
export function memcachedChoice(
  { seeds, weights }: Pick<Profile, "seeds" | "weights">,
  hashing: MemcachedHashing | null,
): ((key: string) => string) | null {
  const addresses = seeds.map(formatEndpoint);
  if (hashing === null && new Set(addresses).size > 1) return null;
  const servers = seeds.map((seed, i) => ({
    ...("host" in seed ? seed : { host: seed.path, port: 0 }),
    weight: weights[addresses[i] ?? ""] ?? 1,
  }));
  // As the profile lists them, which the choice counts by: one that is named twice is one server, in two places.
  const choose = serverChooser(hashing ?? "modulo", servers);
  return (key) => addresses[choose(key)] ?? "";
}
