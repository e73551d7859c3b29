import { compareAddresses, hostOf } from "./node.js";
import { promotableReplicas } from "./promotable.js";
import { sameIds } from "./sentinel-identity.js";
import { votesNeeded, type SentinelGroup } from "./sentinel-group.js";

/** What the loss of one host, or of one zone with all its hosts, would do to one group. Simulated on what was seen. */
export interface LossCase {
  kind: "host" | "zone";
  name: string;
  /** Addresses that would go. */
  sentinels: string[];
  replicas: string[];
  primary: boolean;
  /** Sentinels that answered and would be left, each id once, and how many a failover needs. */
  votesLeft: number;
  votesNeeded: number;
  elects: boolean;
  promotableLeft: string[];
  outcome: LossOutcome;
}

export type LossOutcome = "fails over" | "primary stays" | "primary stays, but no failover after that" | "service lost";

/** Every host with a sentinel that answered or a server of the group on it, then every zone where the profile names several. */
export function lossCases(group: SentinelGroup, zones: Readonly<Record<string, string>> = {}): LossCase[] {
  const addresses = [
    ...group.agreeing.map(({ node }) => node.address),
    group.primary.address,
    ...group.replicas.map(({ address }) => address),
  ];
  const hosts = [...new Set(addresses.map(hostOf))].sort(compareAddresses);
  const zoneNames = [...new Set(hosts.flatMap((host) => zones[host] ?? []))].sort(compareAddresses);
  return [
    ...hosts.map((host) => caseOf(group, "host", host, hostOf)),
    ...(zoneNames.length < 2
      ? []
      : zoneNames.map((zone) => caseOf(group, "zone", zone, (address) => zones[hostOf(address)] ?? null))),
  ];
}

function caseOf(
  group: SentinelGroup,
  kind: LossCase["kind"],
  name: string,
  placeOf: (address: string) => string | null,
): LossCase {
  const isLost = ({ address }: { address: string }) => placeOf(address) === name;
  const left = group.agreeing.filter(({ node }) => !isLost(node));
  const { votes } = votesNeeded(group);
  // Two sentinels with one id are one voter.
  const pairs = sameIds(group).map(({ pair }) => pair);
  const votesLeft = left.filter((voice) => !pairs.some(([a, b]) => b === voice && left.includes(a))).length;
  const promotableLeft = promotableReplicas(group).filter((replica) => !isLost(replica));
  const primary = isLost(group.primary);
  const elects = votesLeft >= votes;
  return {
    kind,
    name,
    sentinels: group.agreeing
      .map(({ node }) => node)
      .filter(isLost)
      .map(({ address }) => address),
    replicas: group.replicas.filter(isLost).map(({ address }) => address),
    primary,
    votesLeft,
    votesNeeded: votes,
    elects,
    promotableLeft: promotableLeft.map(({ address }) => address),
    outcome: outcomeOf(primary, elects, promotableLeft.length > 0),
  };
}

function outcomeOf(primary: boolean, elects: boolean, promotable: boolean): LossOutcome {
  if (primary) return elects && promotable ? "fails over" : "service lost";
  return elects ? "primary stays" : "primary stays, but no failover after that";
}
