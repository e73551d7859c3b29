import { ServerReplyError } from "../../model/errors.js";
import type { FleetNode } from "../../model/node-port.js";
import type { OpenPrimary } from "./moved-keys.js";

/** A connection of its own to each, which counts as a use of no key where the server can be told so. @throws ConnectError */
export async function openPrimaries(nodes: readonly FleetNode[]): Promise<OpenPrimary[]> {
  return Promise.all(
    nodes.map(async (node) => {
      const port = await node.openBulk();
      try {
        await port.call("CLIENT", "NO-TOUCH", "ON");
      } catch (error) {
        // Not before 7.2, or not for this login: DUMP and the reading commands then count as a use.
        if (!(error instanceof ServerReplyError)) throw error;
      }
      return { address: node.identity.address, port };
    }),
  );
}
