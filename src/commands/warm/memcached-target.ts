import type { CacheWriter, WritePolicy } from "../../apply/warm/cache-writer.js";
import { openMemcachedWriter } from "../../apply/warm/memcached-writer.js";
import { CachectlError } from "../../model/errors.js";
import type { Fleet } from "../../model/node-port.js";
import type { MappingSpec } from "../../model/warm-manifest.js";

/**
 * The writer for a Memcached server.
 *
 * @throws CachectlError usage for what Memcached does not have, and for a pool of several servers: which of them holds a key is
 *   what the application's client library says, and items on another would never be found
 */
export function memcachedTarget(
  { nodes }: Fleet,
  policy: WritePolicy,
  mapping: MappingSpec,
  now: () => number,
): CacheWriter {
  if (policy.kind === "refresh-below") throw notForMemcached("--refresh-below needs to know how long an item has left");
  if (mapping.tags.length > 0) throw notForMemcached("`map.tags` needs sets of keys");
  if (mapping.type !== "string" && mapping.type !== "json")
    throw notForMemcached(`\`map.type: ${mapping.type}\` is a type of Redis`);
  if (nodes.length > 1)
    throw new CachectlError(
      "usage",
      "memcached-pool",
      `the target is a pool of ${nodes.length} Memcached servers, and which one holds a key is up to the application's client library`,
      "Name one server, and warm each with the keys that the application looks for there.",
    );
  return openMemcachedWriter({ servers: nodes, choose: () => 0, policy, now });
}

function notForMemcached(what: string): CachectlError {
  return new CachectlError(
    "usage",
    "not-for-memcached",
    `${what}, and the target is Memcached`,
    "Use --only-missing or --overwrite, and type string or json without tags.",
  );
}
