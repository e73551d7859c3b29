import type { SentinelConfigRequest } from "../../model/sentinel-config.js";
import { usesHostNames } from "./sentinel-config-lines.js";

/** What makes this group weaker than it looks, a sentence each. Pure. */
export function sentinelConfigWarnings(request: SentinelConfigRequest, quorum: number, majority: number): string[] {
  const count = request.sentinels.length;
  return [
    ...countWarnings(count),
    ...quorumWarnings(quorum, majority, count),
    ...placeWarnings(request, Math.max(quorum, majority)),
    ...timeWarnings(request),
    ...addressWarnings(request),
  ];
}

function countWarnings(count: number): string[] {
  if (count < 3)
    return [
      `${count} ${count === 1 ? "sentinel" : "sentinels"}: when one is lost the rest cannot elect anybody, so there is no failover. Three on independent hosts are the least.`,
    ];
  if (count % 2 === 0) return [`${count} sentinels survive no more losses than ${count - 1} do: take an odd number.`];
  return [];
}

function quorumWarnings(quorum: number, majority: number, count: number): string[] {
  if (quorum < majority)
    return [
      `Quorum ${quorum} is below the majority of ${majority}: fewer sentinels than can elect may hold the primary for down, and a partition can start failovers in vain.`,
    ];
  if (quorum > majority && quorum === count)
    return [`Quorum ${quorum} asks for every sentinel: the loss of any one leaves no failover.`];
  return [];
}

/** Host by host and zone by zone: are enough sentinels left when it is lost? */
function placeWarnings({ sentinels, zones, primary }: SentinelConfigRequest, needed: number): string[] {
  const warnings = (kind: "host" | "zone", placeOf: (host: string) => string | undefined) => {
    const places = new Set(sentinels.map(({ host }) => placeOf(host)).filter((place) => place !== undefined));
    return [...places].flatMap((place) => {
      const there = sentinels.filter(({ host }) => placeOf(host) === place).length;
      const left = sentinels.length - there;
      // Too few sentinels at all is said already; one alone on its host is what is wanted.
      if (left >= needed || there < 2) return [];
      const primaryToo = placeOf(primary.host) === place ? ", and the primary goes with them" : "";
      return [
        `${there} of ${sentinels.length} sentinels are ${kind === "host" ? "on host" : "in zone"} ${place}: when it is lost ${left} are left of the ${needed} that a failover needs${primaryToo}.`,
      ];
    });
  };
  const hosts = warnings("host", (host) => host);
  const zoned = warnings("zone", (host) => zones[host]);
  const unknown = [...new Set(sentinels.map(({ host }) => host))].filter((host) => zones[host] === undefined);
  const someZones = unknown.length < new Set(sentinels.map(({ host }) => host)).size;
  return [
    ...hosts,
    ...zoned,
    ...(someZones && unknown.length > 0 ? [`No zone is known of ${unknown.join(", ")}.`] : []),
  ];
}

function timeWarnings({ downAfterMs, failoverTimeoutMs }: SentinelConfigRequest): string[] {
  return [
    // A fork or a slow command can keep a healthy primary silent for about a second.
    ...(downAfterMs < 1_000
      ? [`down-after-milliseconds ${downAfterMs}: a slow command or a fork is taken for a dead primary.`]
      : []),
    ...(failoverTimeoutMs < 2 * downAfterMs
      ? [
          `failover-timeout ${failoverTimeoutMs} is less than twice down-after-milliseconds: a failover may be given up before it can end.`,
        ]
      : []),
  ];
}

function addressWarnings(request: SentinelConfigRequest): string[] {
  const { primary, sentinels } = request;
  const loopback = (host: string) => host === "localhost" || host === "::1" || host.startsWith("127.");
  const remote = sentinels.filter(({ host }) => !loopback(host)).map(({ host }) => host);
  return [
    ...(loopback(primary.host) && remote.length > 0
      ? [
          `${primary.host} means another machine to each of ${[...new Set(remote)].join(", ")}: give the primary's address in the network.`,
        ]
      : []),
    ...(usesHostNames(request)
      ? ["Host names need Redis 6.2 or newer, and a DNS that answers while hosts are down."]
      : []),
  ];
}
