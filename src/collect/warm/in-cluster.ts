import { ServerReplyError } from "../../model/errors.js";
import type { FleetNode } from "../../model/node-port.js";
import { flagField, parseInfo } from "../../protocol/info.js";

/**
 * Whether a server belongs to a cluster, or could. Read-only: INFO. False where a login may not ask it.
 * @throws CachectlError when it does not answer
 */
export async function isInCluster(node: FleetNode): Promise<boolean> {
  try {
    const info = parseInfo(String(await (await node.openRedis()).call("INFO", "cluster")));
    return flagField(info["cluster"], "cluster_enabled") === true;
  } catch (error) {
    if (error instanceof ServerReplyError) return false;
    throw error;
  }
}
