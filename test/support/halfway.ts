import { waitUntil, type RedisServer } from "./servers/index.js";

/**
 * Arguments that make a scan of some thousand keys last for seconds, in pages of a tenth of this, at each node: there is a middle
 * to disturb it in, however slow the machine.
 */
export const slowly = ["--rate", "300"];

/** Waits until a scan with {@link slowly}, the first one since CONFIG RESETSTAT, has asked this server for so many pages. */
export async function untilPages(server: RedisServer, pages = 3): Promise<void> {
  const asked = async () => {
    const info = String(await server.call("INFO", "commandstats"));
    return Number(/cmdstat_scan:calls=(\d+)/.exec(info)?.[1] ?? 0);
  };
  await waitUntil(async () => (await asked()) >= pages, {
    what: `the scan has asked ${server.address} for ${pages} pages`,
    timeoutMs: 30_000,
    everyMs: 5,
  });
}
