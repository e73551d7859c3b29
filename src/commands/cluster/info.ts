import { observeCluster } from "../../collect/observe-cluster.js";
import type { Profile } from "../../model/profile.js";
import { mapWithLimit } from "../../model/map-with-limit.js";
import type { Report } from "../../model/report.js";
import { topologyOf } from "../../plan/topology.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { clusterInfoReport, type SeenCluster } from "../../report/cluster/info-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { asCluster, refuseOtherServers } from "./as-cluster.js";

/** Sockets that may be opened at once: a cluster has tens of nodes, and a shell's usual limit is 1,024 files. */
const maxClustersAtOnce = 16;

/** `cachectl cluster info`: who has which slots, keys, bytes and operations, and how evenly. Read-only. */
export async function clusterInfo(context: Context, selection: ProfileSelection): Promise<Report> {
  const frame = beginRun(context);
  const { startedAt } = frame();
  const profiles = (await context.loadProfiles(selection)).map(asCluster);
  context.progress.update(`Looking at ${profiles.map(({ identity }) => identity.name).join(", ")}`);
  const clusters = await mapWithLimit(profiles, maxClustersAtOnce, (profile) => look(context, profile));
  context.progress.stop();
  return clusterInfoReport({ clusters, observedAt: startedAt, ...frame() });
}

async function look(context: Context, profile: Profile): Promise<SeenCluster> {
  const fleet = await context.openFleet(profile);
  try {
    const observed = await observeCluster(fleet, profile.identity);
    refuseOtherServers(observed);
    return { observed, topology: topologyOf(observed, profile.identity.zones ?? {}, profile.natMap) };
  } finally {
    fleet.close();
  }
}
