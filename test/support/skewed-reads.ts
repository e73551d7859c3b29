import type { RespConnection } from "./servers/index.js";

const value = "v".repeat(1_000);

/**
 * An application that reads what few keys are read of most: cache-aside, each key with a TTL. A refused write is an
 * application that goes on without. The same `seed` gives the same reads.
 *
 * @returns the share of reads that found their key, by the client's own count
 */
export async function hitShare(
  connection: RespConnection,
  { reads, keys, seed }: { reads: number; keys: number; seed: number },
): Promise<{ hits: number; refused: number; share: number }> {
  let state = seed;
  let hits = 0;
  let refused = 0;
  const atOnce = 100;
  for (let done = 0; done < reads; done += atOnce) {
    const names = Array.from({ length: atOnce }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      // The fourth power of an even draw: half of the reads go to a sixteenth of the keys.
      return `page:${Math.floor(keys * (state / 2 ** 32) ** 4)}`;
    });
    const found = await Promise.all(names.map((name) => connection.call("GET", name)));
    const missed = names.filter((_, i) => found[i] === null);
    hits += atOnce - missed.length;
    const written = await Promise.allSettled(missed.map((name) => connection.call("SET", name, value, "EX", "3600")));
    refused += written.filter(({ status }) => status === "rejected").length;
  }
  return { hits, refused, share: hits / reads };
}
