import { collectMonitoredNames } from "../../collect/monitored-names.js";
import { CachectlError } from "../../model/errors.js";
import type { Fleet } from "../../model/node-port.js";
import type { Profile } from "../../model/profile.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import type { Context } from "../context.js";

export interface SentinelGroup {
  profile: Profile;
  masterName: string;
  /** All sentinels and data nodes of this master. Closed by the caller. */
  fleet: Fleet;
}

/**
 * The one monitored group that is meant, with connections that outlive the first signal. Read-only.
 *
 * @param master the monitored name; null: the profile's, or the only one that is monitored
 * @throws CachectlError usage when it is no single one; unreached when no sentinel answers
 */
export async function openSentinelGroup(
  context: Context,
  selection: ProfileSelection,
  master: string | null,
): Promise<SentinelGroup> {
  const profile = oneSentinelProfile(await context.loadProfiles(selection));
  const wanted = master ?? profile.masterName;
  const fleet = await context.change.openFleet({ ...profile, masterName: wanted });
  try {
    return { profile, fleet, masterName: wanted ?? onlyName(await collectMonitoredNames(fleet), profile) };
  } catch (error) {
    fleet.close();
    throw error;
  }
}

function oneSentinelProfile(profiles: readonly Profile[]): Profile {
  const [profile, ...others] = profiles;
  if (profile === undefined || others.length > 0)
    throw new CachectlError(
      "usage",
      "one-group",
      `this works on one group at a time, and ${profiles.length} profiles are selected`,
      "Name one profile with -p.",
    );
  if (profile.kind === "sentinel") return profile;
  throw new CachectlError(
    "usage",
    "not-sentinel",
    `${profile.identity.name} is of kind ${profile.kind}, and this works on a group that Sentinels monitor`,
    "Name a profile of kind sentinel, or a URL such as redis+sentinel://HOST:26379/mymaster.",
  );
}

function onlyName(names: readonly string[], { identity }: Profile): string {
  const [name, ...others] = names;
  if (name !== undefined && others.length === 0) return name;
  throw new CachectlError(
    "usage",
    name === undefined ? "nothing-monitored" : "several-masters",
    name === undefined
      ? `the sentinels of ${identity.name} monitor nothing`
      : `the sentinels of ${identity.name} monitor several masters: ${names.join(", ")}`,
    name === undefined ? "Give them a sentinel monitor line first." : "Name the one that is meant.",
  );
}
