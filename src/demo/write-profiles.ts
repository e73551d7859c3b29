import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Address } from "./demo-deps.js";
import type { FleetAddresses } from "./fleet-addresses.js";

/** Writes one profile per topology and the fleet `demo` of all; resolves with their directory. */
export async function writeProfiles(dir: string, addresses: FleetAddresses): Promise<string> {
  const profilesDir = join(dir, "profiles");
  await mkdir(profilesDir);
  for (const [name, lines] of Object.entries(demoProfiles(addresses)))
    await writeFile(join(profilesDir, `${name}.yaml`), `${lines.join("\n")}\n`);
  return profilesDir;
}

/** Profile name → its lines. */
export function demoProfiles({ cluster, sentinel, memcached }: FleetAddresses): Record<string, string[]> {
  const shared = ["role: cache", "labels: { env: demo }"];
  return {
    "demo-cluster": ["kind: cluster", `url: redis+cluster://${hosts(cluster.primaries)}`, ...shared],
    "demo-sentinel": [
      "kind: sentinel",
      `url: redis+sentinel://${hosts(sentinel.sentinels)}/${sentinel.masterName}`,
      ...shared,
    ],
    "demo-memcached": ["kind: memcached", `url: memcached://${hosts([memcached.small, memcached.roomy])}`, ...shared],
    demo: ["kind: fleet", "members: [demo-cluster, demo-sentinel, demo-memcached]"],
  };
}

function hosts(addresses: Address[]): string {
  return addresses.map(({ host, port }) => `${host}:${port}`).join(",");
}
