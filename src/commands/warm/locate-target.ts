import { isInCluster } from "../../collect/warm/in-cluster.js";
import { askSlotOwners, type SlotOwner } from "../../collect/warm/slot-owners.js";
import { noOwner, type Locate, type WriteTarget } from "../../apply/warm/write-target.js";
import { slotCount } from "../../model/hash-slot.js";
import { CachectlError, ServerReplyError } from "../../model/errors.js";
import { mapWithLimit } from "../../model/map-with-limit.js";
import { formatEndpoint } from "../../model/node.js";
import type { Fleet, FleetNode } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import { onlyAMember } from "../cluster/as-cluster.js";
import { growingFleet, type GrowingFleet } from "../cluster/growing-fleet.js";
import type { LastingNodes } from "../lasting-nodes.js";

type Open = (profile: Profile) => Promise<Fleet>;

/**
 * Gives a function that says where a Redis or Valkey target is written to just now: its primary, or the primaries of its slots.
 * Read-only; may be called as often as an outage lasts.
 *
 * @param nodes to be closed at the end of the run
 * @throws CachectlError (the function) unreached when no primary answers; usage where it is not clear which one is meant, or it is
 *   a member of a cluster
 */
export function targetLocator(profile: Profile, open: Open, nodes: LastingNodes): Locate {
  let kept: WriteTarget;
  return async () => {
    const { target, fleet } = await locateTarget(profile, open);
    if (nodes.take(fleet, target.primaries)) kept = target;
    return {
      primaries: target.primaries.map((node) => nodes.lasting(node)),
      owners: target.owners,
      nodeAt: (host, port, sender) => kept.nodeAt(host, port, sender),
    };
  };
}

async function locateTarget(profile: Profile, open: Open): Promise<{ target: WriteTarget; fleet: Fleet }> {
  const fleet = growingFleet(await open(profile), (seeds) => open({ ...profile, seeds, discover: false }));
  try {
    const target = await (profile.kind === "cluster" ? clusterTarget(profile, fleet) : primaryTarget(profile, fleet));
    return { target, fleet };
  } catch (error) {
    // Asked again and again during an outage, each would keep its connections.
    fleet.close();
    throw error;
  }
}

async function primaryTarget(profile: Profile, fleet: Fleet): Promise<WriteTarget> {
  const primary = await onlyPrimary(profile, fleet);
  // It would answer MOVED to most keys. Where a login may not ask, the first key will tell.
  if (await isInCluster(primary)) throw onlyAMember(profile, primary.identity.address);
  return { primaries: [primary], owners: null, nodeAt: () => Promise.resolve(null) };
}

async function onlyPrimary({ identity }: Profile, { nodes }: Fleet): Promise<FleetNode> {
  const servers = nodes.filter(({ identity: { family } }) => family === "redis");
  const roles = await mapWithLimit(servers, 16, async (node) => ({ node, role: await roleOf(node) }));
  const primaries = roles.filter(({ role }) => role === "primary").map(({ node }) => node);
  // A primary that was replaced says for some seconds that it still is one; whoever follows the group asks the sentinels.
  const named = primaries.filter(({ identity: { role } }) => role === "primary");
  const [primary, ...others] = named.length === 1 ? named : primaries;
  if (primary !== undefined && others.length === 0) return primary;
  if (primary === undefined) {
    throw new CachectlError(
      "unreached",
      "no-primary",
      `${identity.name} has no primary that answers: ${roles.map(({ role }) => role).join("; ") || "nobody answered"}`,
      "Check the servers and the network; `cachectl analyze` shows what each of them says.",
    );
  }
  throw new CachectlError(
    "usage",
    "several-primaries",
    `${identity.name} has several primaries: ${primaries.map(({ identity: { address } }) => address).join(", ")}`,
    "Name the one that is meant, or set `master` in the profile of kind sentinel.",
  );
}

/** `primary`, or why it is none, as a clause. By the node's own word: what others say of it may be older. */
async function roleOf(node: FleetNode): Promise<string> {
  const { address, role } = node.identity;
  try {
    const reply = await (await node.openRedis()).call("ROLE");
    return Array.isArray(reply) && reply[0] === "master" ? "primary" : `${address} is a replica`;
  } catch (error) {
    if (!(error instanceof ServerReplyError)) return error instanceof CachectlError ? error.message : String(error);
    // Not permitted, perhaps: what discovery learned is the next best.
    if (role === "unknown") return `${address}: ${error.message}`;
    return role === "primary" ? role : `${address} is a ${role}`;
  }
}

async function clusterTarget(profile: Profile, fleet: GrowingFleet): Promise<WriteTarget> {
  const { slots, asked } = await askSlots(profile, fleet);
  const nodeAt = async (host: string, port: number, sender: FleetNode | null): Promise<FleetNode | null> => {
    const address = dialled(profile, host === "" ? hostOf(sender ?? asked) : host, port);
    const find = () => fleet.nodes.find(({ identity }) => identity.address === address) ?? null;
    return find() ?? ((await fleet.takeIn([address])) ? find() : null);
  };
  const owners = new Uint8Array(slotCount).fill(noOwner);
  const primaries: FleetNode[] = [];
  for (const { first, last, host, port } of slots) {
    const node = await nodeAt(host, port, asked);
    if (node === null) continue;
    if (!primaries.includes(node)) primaries.push(node);
    owners.fill(primaries.indexOf(node), first, last + 1);
  }
  return { primaries, owners, nodeAt };
}

function dialled({ natMap }: Profile, host: string, port: number): string {
  const announced = formatEndpoint({ host, port });
  return formatEndpoint(natMap[announced] ?? { host, port });
}

function hostOf({ identity: { address } }: FleetNode): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}

/** From whichever member sees the most slots covered: one that has just joined, or was cut off, knows few. */
async function askSlots({ identity }: Profile, { nodes }: Fleet): Promise<{ slots: SlotOwner[]; asked: FleetNode }> {
  const failures: string[] = [];
  const answers = await mapWithLimit(nodes, 16, async (node) => {
    try {
      return { asked: node, slots: await askSlotOwners(node) };
    } catch (error) {
      failures.push(error instanceof CachectlError ? error.message : String(error));
      return null;
    }
  });
  const covered = (slots: readonly SlotOwner[]) => slots.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const best = answers
    .filter((answer) => answer !== null)
    .reduce<{ slots: SlotOwner[]; asked: FleetNode } | null>(
      (most, one) => (most === null || covered(one.slots) > covered(most.slots) ? one : most),
      null,
    );
  if (best !== null && best.slots.length > 0) return best;
  throw new CachectlError(
    "unreached",
    "no-slots",
    `no member of ${identity.name} names the owners of its slots: ${[...new Set(failures)].join("; ") || "it has none"}`,
    "Look at the cluster with `cachectl cluster check`.",
  );
}
