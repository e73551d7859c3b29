import {
  collectCapabilities,
  collectMemcachedCapabilities,
  collectSentinelCapabilities,
} from "../../collect/capabilities.js";
import type { CheckedNode } from "../../model/capability.js";
import { ConnectError } from "../../model/errors.js";
import type { FleetNode } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { Report } from "../../model/report.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { profilesCheckReport } from "../../report/profiles-check-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";

/** `cachectl profiles check`: really connects to every node of the profiles and says what this login may do. Changes nothing. */
export async function checkProfiles(context: Context, selection: ProfileSelection): Promise<Report> {
  const frame = beginRun(context);
  const profiles = await context.loadProfiles(selection);
  context.progress.update(`Connecting to ${profiles.map(({ identity }) => identity.name).join(", ")}`);
  const checked = await Promise.all(profiles.map((profile) => checkProfile(context, profile)));
  return profilesCheckReport({
    ...frame(),
    nodes: checked.flatMap((target) => target.nodes),
    gaps: checked.flatMap((target) => target.gaps),
  });
}

async function checkProfile(
  context: Context,
  profile: Profile,
): Promise<{ nodes: CheckedNode[]; gaps: { target: string; gap: string }[] }> {
  const { name } = profile.identity;
  const fleet = await context.openFleet(profile);
  try {
    const nodes = await Promise.all(fleet.nodes.map((node) => checkNode(node, name)));
    return { nodes, gaps: (await fleet.gaps()).map((gap) => ({ target: name, gap })) };
  } finally {
    fleet.close();
  }
}

async function checkNode(node: FleetNode, target: string): Promise<CheckedNode> {
  const { address, role } = node.identity;
  try {
    return { target, address, role, failure: null, ...(await askNode(node)) };
  } catch (error) {
    if (!(error instanceof ConnectError) || error.connectCause === "aborted") throw error;
    const failure = { cause: error.connectCause, message: error.message, hint: error.hint };
    return { target, address, role, failure, pingMs: null, capabilities: [] };
  }
}

async function askNode(node: FleetNode): Promise<Pick<CheckedNode, "pingMs" | "capabilities">> {
  if (node.identity.family === "memcached") {
    const port = await node.openMemcached();
    return { pingMs: port.greeting.pingMs, capabilities: await collectMemcachedCapabilities(port) };
  }
  const port = await node.openRedis();
  const collect = node.identity.family === "sentinel" ? collectSentinelCapabilities : collectCapabilities;
  return { pingMs: port.greeting.pingMs, capabilities: await collect(port) };
}
