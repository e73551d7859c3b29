import { ServerReplyError } from "../model/errors.js";
import type { FleetNode } from "../model/node-port.js";
import { memcachedLine } from "../protocol/memcached-line.js";

/**
 * Whether a Redis or Valkey node takes CONFIG SET from this login: asked with a setting that no server has, so that nothing is
 * changed whatever the answer. ACL DRYRUN would tell on 7.0 and later only, and nothing of a command that a service took away.
 *
 * @returns the refusal in the server's words; null when it may
 * @throws ConnectError
 */
export async function configSetRefusal(node: FleetNode): Promise<string | null> {
  try {
    await (await node.openRedis()).call("CONFIG", "SET", "cachectl-permission-probe", "1");
    return null;
  } catch (error) {
    if (!(error instanceof ServerReplyError)) throw error;
    // 6.0: Unsupported CONFIG parameter; 7.0 and later: Unknown option or number of arguments for CONFIG SET.
    return /CONFIG SET: ERR (Unsupported CONFIG parameter|Unknown option)/i.test(error.message) ? null : error.message;
  }
}

/** First word of a command → a line that each Memcached refuses for its value, without any effect, where it has the command at all. */
const memcachedProbes: Readonly<Record<string, string>> = {
  lru: "lru tune 100 100 1 1",
  lru_crawler: "lru_crawler sleep 2000000",
  slabs: "slabs reassign 1 1",
};

/**
 * Which of the commands behind these settings a Memcached server does not have: managed services took some away. Changes nothing.
 *
 * @throws ConnectError
 */
export async function missingMemcachedCommands(node: FleetNode, settings: readonly string[]): Promise<string[]> {
  const words = [...new Set(settings.map((name) => name.split(" ", 1)[0] ?? ""))];
  const missing: string[] = [];
  for (const word of words) {
    const probe = memcachedProbes[word];
    if (probe === undefined) continue;
    // A known command says what is wrong with the value; an unknown one gets the bare word.
    if ((await memcachedLine(node, probe)) === "ERROR") missing.push(word);
  }
  return missing;
}
