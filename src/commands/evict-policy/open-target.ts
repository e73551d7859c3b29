import { observeTarget } from "../../collect/observe-target.js";
import type { Clock } from "../../model/clock.js";
import { CachectlError } from "../../model/errors.js";
import { evictionNode, type EvictionNode } from "../../model/eviction-node.js";
import type { EvictionPlan } from "../../model/eviction-plan.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import type { Context } from "../context.js";
import { stopBeforeChange } from "../stop-before-change.js";

/** The one target that is changed, with what was seen of its data nodes. */
export interface OpenTarget {
  profile: Profile;
  family: EvictionPlan["family"];
  fleet: Fleet;
  observed: ObservedTarget;
  /** Primaries, replicas, Memcached servers; no sentinels. */
  nodes: EvictionNode[];
}

/** @throws CachectlError usage when the selection is not exactly one target */
export async function onlyProfile(context: Context, selection: ProfileSelection): Promise<Profile> {
  const profiles = await context.loadProfiles(selection);
  const [profile, ...others] = profiles;
  if (profile !== undefined && others.length === 0) return profile;
  throw new CachectlError(
    "usage",
    "one-target",
    `this works on one target at a time, and ${profiles.length} are selected: ${profiles.map(({ identity }) => identity.name).join(", ")}`,
    "Name one profile with -p.",
  );
}

/**
 * Looks at every node of the target. Read-only.
 *
 * @param sampleMs how long the rates of before the change are taken; a signal ends it
 * @throws CachectlError unreached where no data node answers, or one does not and `keepGoing` is not set
 */
export async function openTarget(
  context: Context,
  profile: Profile,
  { sampleMs, keepGoing }: { sampleMs: number; keepGoing: boolean },
): Promise<OpenTarget> {
  context.progress.update(`Looking at ${profile.identity.name}`);
  const fleet = await context.change.openFleet(profile);
  try {
    const observed = await observeTarget(fleet, profile.identity, sampleMs, stoppableClock(context));
    stopBeforeChange(context.change);
    const nodes = dataNodes(observed);
    checkReachable(profile, nodes, keepGoing);
    checkComplete(profile, observed.discoveryGaps, keepGoing);
    return { profile, family: profile.kind === "memcached" ? "memcached" : "redis", fleet, observed, nodes };
  } catch (error) {
    fleet.close();
    throw error;
  }
}

/** A node that nobody found would keep its old settings, and nobody would know. */
function checkComplete({ identity }: Profile, gaps: readonly string[], keepGoing: boolean): void {
  const [gap] = gaps;
  if (gap === undefined || keepGoing) return;
  throw new CachectlError(
    "unreached",
    "nodes-unknown",
    `not every node of ${identity.name} is known: ${gap.replace(/\.$/, "")}; nothing was changed`,
    "Mend that first, or add --keep-going to change those that were found.",
  );
}

export function dataNodes({ nodes }: ObservedTarget): EvictionNode[] {
  return nodes.filter(({ node }) => node.family !== "sentinel").map(evictionNode);
}

/** Its sleep ends early with the first signal, where a wait changes nothing. */
export function stoppableClock({ change: { clock, stopRequested } }: Context): Clock {
  return {
    ...clock,
    sleep: async (ms) => {
      if (stopRequested.aborted) return;
      const { promise, resolve } = stopped(stopRequested);
      await Promise.race([clock.sleep(ms), promise]);
      stopRequested.removeEventListener("abort", resolve);
    },
  };
}

function stopped(signal: AbortSignal): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  signal.addEventListener("abort", resolve, { once: true });
  return { promise, resolve };
}

export function fleetNode({ fleet }: OpenTarget, address: string): FleetNode {
  const found = fleet.nodes.find(({ identity }) => identity.address === address);
  if (found === undefined) throw new TypeError(`${address} was observed, but is not of this fleet`);
  return found;
}

function checkReachable({ identity }: Profile, nodes: readonly EvictionNode[], keepGoing: boolean): void {
  const silent = nodes.filter(({ unreachable }) => unreachable !== null);
  const [first] = silent;
  if (nodes.length > 0 && (first === undefined || (keepGoing && silent.length < nodes.length))) return;
  throw new CachectlError(
    "unreached",
    "node-unreachable",
    first === undefined
      ? `no data node of ${identity.name} was found`
      : `${first.address} of ${identity.name} does not answer (${first.unreachable ?? ""}), and all nodes are to be set alike; nothing was changed`,
    nodes.length === silent.length
      ? "Check the nodes that the profile names, and the network between here and there."
      : "Bring it back first, or add --keep-going to change the others.",
  );
}
