import { CachectlError } from "../../model/errors.js";
import { ownText } from "../../model/key-name.js";
import type { FleetNode } from "../../model/node-port.js";
import { globMatches } from "../../protocol/glob.js";
import { parseMetadump } from "../../protocol/metadump.js";

/** The names of a server's items and their sizes, one character a byte. */
export interface ListedItems {
  names: string[];
  bytes: number[];
}

/**
 * Lists the items of one server that match, by `lru_crawler metadump`. Read-only; touches no item. The whole list is taken at
 * once: a dump that is made to wait comes out torn, and holds up other clients of the server.
 *
 * @throws CachectlError unreached where the list is not whole, or is longer than `maxItems`
 */
export async function listItems(
  node: FleetNode,
  pattern: string | null,
  maxItems: number,
  nowMs: () => number,
): Promise<ListedItems> {
  const { address } = node.identity;
  const stats = await (await node.openMemcached()).stats();
  const serverSeconds = Number(stats["time"] ?? Math.floor(nowMs() / 1_000));
  const listed: ListedItems = { names: [], bytes: [] };
  const port = await node.openMemcachedLines();
  try {
    let end = "";
    await port.readLines("lru_crawler metadump hash", (lines) => {
      const { page, unreadable, other } = parseMetadump(lines, { node: address, readAtMs: nowMs(), serverSeconds });
      if (unreadable > 0) throw incomplete(address, "the dump of its items came torn");
      page.names.forEach((name, index) => {
        if (pattern !== null && !globMatches(pattern, name)) return;
        listed.names.push(ownText(name));
        listed.bytes.push(page.bytes[index] ?? 0);
      });
      if (listed.names.length > maxItems)
        throw incomplete(address, `it has more than ${maxItems} such items (maxItems)`);
      end = other.find((line) => line !== "OK") ?? "";
      return end === "";
    });
    if (end !== "END") throw incomplete(address, end);
    return listed;
  } finally {
    port.close();
  }
}

function incomplete(address: string, why: string): CachectlError {
  return new CachectlError(
    "unreached",
    "source-incomplete",
    `the items of ${address} cannot be listed: ${why}`,
    "It needs Memcached 1.6.9 or later with its LRU crawler on (the default), and no other crawl at the same time.",
  );
}
