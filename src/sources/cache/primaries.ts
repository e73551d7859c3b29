import { CachectlError, ServerReplyError } from "../../model/errors.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";

/**
 * The nodes whose keys together are the fleet's. Read-only: asks those for their role that discovery could not place.
 *
 * @throws CachectlError unreached where some may be missing: half of a cache must not pass for the whole of it
 */
export async function primariesOf(fleet: Fleet, name: string): Promise<FleetNode[]> {
  const [gap] = await fleet.gaps();
  if (gap !== undefined) throw incomplete(name, gap.replace(/\.$/, ""));
  const primaries: FleetNode[] = [];
  for (const node of fleet.nodes) if (await isPrimary(node)) primaries.push(node);
  if (primaries.length === 0) throw incomplete(name, "no primary was found among its nodes");
  return primaries;
}

async function isPrimary(node: FleetNode): Promise<boolean> {
  const { family, role } = node.identity;
  if (family !== "redis") return false;
  if (role !== "unknown") return role === "primary";
  try {
    const reply = await (await node.openRedis()).call("ROLE");
    return Array.isArray(reply) && reply[0] === "master";
  } catch (error) {
    // A login that may not ask is taken at the profile's word.
    if (error instanceof ServerReplyError && error.replyCode === "NOPERM") return true;
    throw error;
  }
}

function incomplete(name: string, why: string): CachectlError {
  const hint = `Look at it with cachectl analyze -p ${name}, and run this again when all its nodes answer.`;
  return new CachectlError("unreached", "source-incomplete", `not all keys of ${name} can be read: ${why}`, hint);
}
