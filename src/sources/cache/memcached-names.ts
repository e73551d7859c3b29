import type { Clock } from "../../model/clock.js";
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

/** How long another crawl, such as the server's own now and then, is waited for. */
const busyLimitMs = 30_000;
const betweenLooksMs = 250;

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
  clock: Clock,
): Promise<ListedItems> {
  for (let waitedMs = 0; ; waitedMs += betweenLooksMs) {
    const stats = await (await node.openMemcached()).stats();
    const serverSeconds = Number(stats["time"] ?? Math.floor(clock.now() / 1_000));
    // A dump that is asked for while another one waits for its reader blocks a worker thread of the server.
    const isRunning = stats["lru_crawler_running"] === "1";
    const listed = isRunning ? "BUSY" : await dump(node, pattern, maxItems, { clock, serverSeconds });
    if (typeof listed !== "string") return listed;
    const isBusy = /^BUSY\b|^ERROR locked/.test(listed);
    if (!isBusy || waitedMs >= busyLimitMs) throw incomplete(node.identity.address, listed);
    await clock.sleep(betweenLooksMs);
  }
}

/** The list, or what the server said in its place. */
async function dump(
  node: FleetNode,
  pattern: string | null,
  maxItems: number,
  { clock, serverSeconds }: { clock: Clock; serverSeconds: number },
): Promise<ListedItems | string> {
  const { address } = node.identity;
  const listed: ListedItems = { names: [], bytes: [] };
  const port = await node.openMemcachedLines();
  try {
    let end: string | undefined;
    await port.readLines("lru_crawler metadump hash", (lines) => {
      const { page, unreadable, other } = parseMetadump(lines, { node: address, readAtMs: clock.now(), serverSeconds });
      if (unreadable > 0) throw incomplete(address, "the dump of its items came torn");
      page.names.forEach((name, index) => {
        if (pattern !== null && !globMatches(pattern, name)) return;
        listed.names.push(ownText(name));
        listed.bytes.push(page.bytes[index] ?? 0);
      });
      if (listed.names.length > maxItems)
        throw incomplete(address, `it has more than ${maxItems} such items (maxItems)`);
      end = other.find((line) => line !== "OK");
      return end === undefined;
    });
    return end === "END" ? listed : (end ?? "no answer");
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
