import { CachectlError } from "../../model/errors.js";
import type { FleetNode } from "../../model/node-port.js";
import { parseSentinelMasters } from "../../protocol/sentinel.js";
import type { SentinelMasterFacts } from "../../model/facts.js";
import { replyList } from "../../protocol/replies.js";
import type { DrillDeps } from "./drill-deps.js";

/**
 * What clients ask before they connect. Each call begins with the next sentinel, as an application's many clients spread over
 * them, and takes the first that answers. Read-only.
 *
 * @throws CachectlError unreached `no-sentinel-answers`
 */
export function primaryFinder(
  addresses: readonly string[],
  masterName: string,
  { nodeAt, dialled }: Pick<DrillDeps, "nodeAt" | "dialled">,
): () => Promise<string> {
  let turn = 0;
  return async () => {
    const from = turn++ % addresses.length;
    const reasons: string[] = [];
    for (const address of [...addresses.slice(from), ...addresses.slice(0, from)]) {
      try {
        const port = await nodeOf(address, nodeAt).openRedis();
        const [host, portNumber] = replyList(await port.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName));
        if (typeof host === "string" && typeof portNumber === "string") return dialled(joined(host, portNumber));
        reasons.push(`${address} does not know ${masterName}`);
      } catch (error) {
        if (!(error instanceof CachectlError)) throw error;
        reasons.push(error.message);
      }
    }
    throw new CachectlError(
      "unreached",
      "no-sentinel-answers",
      `no sentinel names the primary of ${masterName}: ${reasons.join("; ")}`,
      "Look at the sentinels' logs.",
    );
  };
}

/** SENTINEL MASTERS of one sentinel, the one that is meant. Read-only. Rejects as the connection does. */
export async function askMaster(node: FleetNode, masterName: string): Promise<SentinelMasterFacts | null> {
  const port = await node.openRedis();
  const masters = parseSentinelMasters(await port.call("SENTINEL", "MASTERS"));
  return masters.find(({ name }) => name === masterName) ?? null;
}

/** @throws CachectlError unreached where discovery did not find it */
export function nodeOf(address: string, nodeAt: DrillDeps["nodeAt"]): FleetNode {
  const node = nodeAt(address);
  if (node !== null) return node;
  throw new CachectlError(
    "unreached",
    "node-not-found",
    `${address} is named by a sentinel, and is none of the nodes that were found at the start`,
    "Run cachectl again; for addresses that are only valid elsewhere set natMap in the profile.",
  );
}

function joined(host: string, port: string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
