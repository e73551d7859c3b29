import type { Fleet, FleetNode } from "../model/node-port.js";
import { parseSentinelMasters } from "../protocol/sentinel.js";

/** The names of all masters that any sentinel of the fleet monitors, sorted. Read-only. Rejects when no sentinel answers. */
export async function collectMonitoredNames({ nodes }: Fleet): Promise<string[]> {
  const sentinels = nodes.filter(({ identity }) => identity.family === "sentinel");
  const answers = await Promise.allSettled(sentinels.map(namesAt));
  // A second question to a connection that failed gives the same failure.
  if (answers.every(({ status }) => status === "rejected")) await Promise.all(sentinels.map(namesAt));
  const names = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  return [...new Set(names)].sort();
}

async function namesAt(sentinel: FleetNode): Promise<string[]> {
  const port = await sentinel.openRedis();
  return parseSentinelMasters(await port.call("SENTINEL", "MASTERS")).map(({ name }) => name);
}
