import { cachectl, machine, peakMemory } from "./measure.js";
import { prefixedKeys, seed } from "./seed-keys.js";
import { BenchServers } from "./servers.js";

/** As few of both as a table needs to show that memory grows with neither. */
const fewKeys = 1_000_000;
const fewPrefixes = 1_000;

/**
 * `bigkeys-memory [keys=10000000] [prefixes=1000000]`: peak memory of `cachectl bigkeys`, with few and many keys, and with few
 * and many distinct prefixes of letters only. The server needs about 100 bytes a key.
 */
export async function bench(args: string[]): Promise<void> {
  const keys = Number(args[0] ?? 10_000_000);
  const prefixes = Number(args[1] ?? 1_000_000);
  console.log(machine());
  for (const keyCount of [Math.min(fewKeys, keys), keys])
    for (const prefixCount of [fewPrefixes, Math.min(prefixes, keyCount)]) await measure(keyCount, prefixCount);
}

async function measure(keyCount: number, prefixCount: number): Promise<void> {
  const servers = new BenchServers();
  try {
    const port = await servers.redis();
    await seed([port], keyCount, prefixedKeys(prefixCount));
    const { megabytes, seconds } = await peakMemory([...cachectl, "bigkeys", `redis://127.0.0.1:${port}`, "--json"]);
    const [keys, prefixes] = [keyCount, prefixCount].map((count) => count.toLocaleString("en-US").padStart(10));
    console.log(
      `${keys} keys, ${prefixes} prefixes: peak ${megabytes.toFixed(0).padStart(4)} MB, ${seconds.toFixed(1)} s`,
    );
  } finally {
    await servers.stop();
  }
}
