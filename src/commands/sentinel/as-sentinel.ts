import { CachectlError } from "../../model/errors.js";
import { didYouMean } from "../../model/nearest.js";
import type { ObservedTarget } from "../../model/observation.js";
import type { Profile } from "../../model/profile.js";

/**
 * The profile as one of a Sentinel group, for a verb that asks every sentinel. A bare `HOST:PORT` or `redis://` URL is taken for
 * a sentinel here; a profile's file means what it says.
 *
 * @param masterNames narrow it, over the profile's own; empty: what the profile says
 * @throws CachectlError usage when it is of another kind
 */
export function asSentinel(profile: Profile, masterNames: readonly string[]): Profile {
  if (profile.kind !== "sentinel" && !(profile.kind === "standalone" && profile.source === "url"))
    throw notASentinel(`${profile.identity.name} is of kind ${profile.kind}`);
  const own = profile.masterName === null ? [] : [profile.masterName];
  const everyView = { masterNames: masterNames.length > 0 ? masterNames : own };
  if (profile.kind === "sentinel") return { ...profile, everyView };
  return {
    ...profile,
    kind: "sentinel",
    database: 0,
    identity: { ...profile.identity, kind: "sentinel" },
    sentinelCredentials: profile.credentials,
    sentinelTls: profile.tls !== null,
    everyView,
  };
}

/**
 * Refuses what answers and is something else, and names that no sentinel watches: a report of nothing would look like one of a
 * healthy group.
 *
 * @throws CachectlError usage
 */
export function refuseWrongTarget({ target, nodes }: ObservedTarget, masterNames: readonly string[]): void {
  const sentinels = nodes.filter(({ node }) => node.family === "sentinel");
  const views = sentinels.flatMap(({ facts: { sentinelViews: fact } }) => (fact?.ok === true ? [fact.value] : []));
  const other = sentinels.find(({ facts: { server } }) => server?.ok === true && server.value.mode !== "sentinel");
  if (views.length === 0) {
    if (other !== undefined) throw notASentinel(`${other.node.address} is not a Sentinel`);
    return;
  }
  const known = [...new Set(views.flatMap(({ names }) => names))].sort();
  const unknown = masterNames.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const guess = unknown.length === 1 ? didYouMean(unknown[0] ?? "", known) : "";
  throw new CachectlError(
    "usage",
    "unknown-master",
    `the sentinels of ${target.name} watch no master named ${unknown.join(", ")}${guess}; they watch ${known.join(", ") || "none"}`,
    "Name masters as the sentinels do; a profile is named with -p.",
  );
}

function notASentinel(what: string): CachectlError {
  return new CachectlError(
    "usage",
    "not-a-sentinel",
    `${what}, and this verb works on a Sentinel group`,
    "Name a profile of kind sentinel, or a sentinel as HOST:PORT; other servers are looked at with cachectl analyze.",
  );
}
