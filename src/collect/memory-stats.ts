import type { Fact } from "../model/fact.js";
import type { MemoryStatsFacts } from "../model/facts.js";
import type { RedisPort, Reply } from "../model/node-port.js";
import { replyMap, replyNumber } from "../protocol/replies.js";
import { ask } from "./ask.js";

/** MEMORY STATS. Read-only. */
export function collectMemoryStats(port: RedisPort): Promise<Fact<MemoryStatsFacts>> {
  return ask(port.call("MEMORY", "STATS"), (reply) => flattenNumbers(reply), "no MEMORY STATS");
}

/** Nested maps (one for each database) become dotted names. */
export function flattenNumbers(reply: Reply, prefix = ""): MemoryStatsFacts {
  const stats: MemoryStatsFacts = {};
  for (const [name, value] of replyMap(reply)) {
    const number = replyNumber(value);
    if (Array.isArray(value)) Object.assign(stats, flattenNumbers(value, `${prefix}${name}.`));
    else if (number !== null) stats[prefix + name] = number;
  }
  return stats;
}
