import type { CreatePlan, NewMember, NewPrimary } from "../model/create-plan.js";
import { slotCount } from "../model/hash-slot.js";
import { formatEndpoint } from "../model/node.js";
import type { PlanRefusal } from "../model/slot-plan.js";
import { placeReplicas, spread } from "./place-members.js";
import { refuse } from "./refuse.js";

export interface CreateOptions {
  /** Of each primary. */
  replicas: number;
  /** Host → zone. */
  zones: Readonly<Record<string, string>>;
  /** One or two primaries: no failover can be voted for. */
  allowFewPrimaries: boolean;
}

/** A failover needs the votes of most primaries: of two, the one that is left is no majority. */
const fewestPrimaries = 3;

/**
 * Who becomes a primary and who whose replica. Equal input in equal order gives an equal plan; nodes, hosts and zones that are
 * named first become primaries first.
 *
 * Primaries are spread over zones, then over hosts, and get ranges of equal size. A replica is never on its primary's host,
 * nor in its zone, as far as that can be had; a note says where it cannot. Replicas of one primary are kept apart too. Nodes
 * beyond `primaries × (replicas + 1)` become a further replica each, of different primaries.
 */
export function planCreate(
  hosts: readonly { host: string; port: number }[],
  options: CreateOptions,
): CreatePlan | PlanRefusal {
  const { replicas, zones } = options;
  const members = hosts.map(({ host, port }): NewMember => ({
    host,
    port,
    address: formatEndpoint({ host, port }),
    zone: zones[host] ?? null,
  }));
  const primaryCount = Math.floor(members.length / (replicas + 1));
  const refusal = refuseTwice(members) ?? refuseNumbers(members.length, primaryCount, options);
  if (refusal !== null) return refusal;
  const ordered = spread(members);
  const chosen = ordered.slice(0, primaryCount);
  const placed = placeReplicas(chosen, ordered.slice(primaryCount), replicas);
  const primaries = chosen.map((primary, i) => withSlots(primary, i, primaryCount, placed[i] ?? []));
  return {
    schemaVersion: 1,
    kind: "create-plan",
    operation: "cluster-create",
    primaries,
    notes: [...closeNotes(primaries), ...furtherReplicas(primaries, replicas), ...placeNotes(members, options)],
  };
}

function withSlots(member: NewMember, place: number, primaryCount: number, replicas: NewMember[]): NewPrimary {
  const first = Math.floor((place * slotCount) / primaryCount);
  const next = Math.floor(((place + 1) * slotCount) / primaryCount);
  return { ...member, slots: [[first, next - 1]], slotCount: next - first, replicas };
}

function refuseTwice(members: readonly NewMember[]): PlanRefusal | null {
  const addresses = members.map(({ address }) => address);
  const twice = addresses.find((address, i) => addresses.indexOf(address) !== i);
  return twice === undefined ? null : refuse("node-twice", `${twice} is named twice.`, "Name each node once.");
}

function refuseNumbers(nodes: number, primaries: number, options: CreateOptions): PlanRefusal | null {
  const { replicas, allowFewPrimaries } = options;
  if (!Number.isInteger(replicas) || replicas < 0)
    return refuse("bad-replicas", `${replicas} is no number of replicas.`, "Give 0 or a whole number.");
  const enough = fewestPrimaries * (replicas + 1);
  if (primaries < (allowFewPrimaries ? 1 : fewestPrimaries))
    return refuse(
      "too-few-primaries",
      `${nodes} nodes with ${replicas} replicas for each primary make ${primaries} primaries; a cluster that can fail over has ${fewestPrimaries} or more.`,
      `Give ${enough} nodes or more, or ask for fewer replicas${primaries < 1 ? "" : "; --allow-few-primaries makes it all the same"}.`,
    );
  if (primaries <= slotCount) return null;
  return refuse("too-many-primaries", `${primaries} primaries cannot share ${slotCount} slots.`, "Give fewer nodes.");
}

function closeNotes(primaries: readonly NewPrimary[]): string[] {
  const replicas = primaries.flatMap((primary) => primary.replicas);
  const hosts = new Set([...primaries, ...replicas].map(({ host }) => host));
  if (hosts.size === 1 && replicas.length > 0)
    return [
      `All nodes are on one host, ${[...hosts].join()}: its loss takes every primary together with its replicas.`,
    ];
  return primaries.flatMap((primary) =>
    primary.replicas.flatMap((replica) => {
      if (replica.host === primary.host)
        return [
          `${replica.address} is on the host of its primary ${primary.address}: a loss of ${primary.host} takes both.`,
        ];
      if (primary.zone !== null && replica.zone === primary.zone)
        return [
          `${replica.address} is in the zone of its primary ${primary.address}: a loss of ${primary.zone} takes both.`,
        ];
      return [];
    }),
  );
}

function furtherReplicas(primaries: readonly NewPrimary[], replicas: number): string[] {
  const names = primaries.filter((primary) => primary.replicas.length > replicas).map(({ address }) => address);
  if (names.length === 0) return [];
  return [
    `The nodes do not divide evenly: ${names.join(", ")} ${names.length === 1 ? "gets" : "get"} ${replicas + 1} replicas.`,
  ];
}

function placeNotes(members: readonly NewMember[], { replicas, zones }: CreateOptions): string[] {
  // Not refused: a profile may know the zones of hosts that are to join later.
  const strangers = Object.keys(zones).filter((host) => !members.some((member) => member.host === host));
  const without = [...new Set(members.filter(({ zone }) => zone === null).map(({ host }) => host))];
  const someZones = members.some(({ zone }) => zone !== null);
  return [
    ...(strangers.length > 0
      ? [
          `A zone is given for ${strangers.join(", ")}, where no node is: a host is written there as its nodes are named.`,
        ]
      : []),
    ...(someZones && without.length > 0
      ? [`No zone is known of ${without.join(", ")}: each is taken for a zone of its own.`]
      : []),
    ...(replicas === 0 ? ["No primary has a replica: whoever is lost takes its slots with it."] : []),
  ];
}
