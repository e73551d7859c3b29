import { CachectlError } from "../../model/errors.js";
import type { Profile } from "../../model/profile.js";
import type { Context } from "../context.js";
import type { CreateRequest } from "./create-request.js";

/**
 * How to log in to nodes that are named on the command line: the one profile that is selected; without one, a URL of these
 * nodes, so that CACHECTL_USERNAME and CACHECTL_PASSWORD count as everywhere.
 *
 * @throws CachectlError usage when several are selected, or neither nodes nor a profile
 */
export async function profileForNodes(
  context: Pick<Context, "loadProfiles">,
  { nodes, selection }: Pick<CreateRequest, "nodes" | "selection">,
): Promise<Profile> {
  const named = selection.profiles.length > 0 || Object.keys(selection.labels).length > 0;
  if (!named && nodes.length === 0)
    throw new CachectlError(
      "usage",
      "no-nodes",
      "no node is given",
      "Name the nodes, such as 10.0.0.5:6379 10.0.0.6:6379.",
    );
  const profiles = await context.loadProfiles(
    named ? selection : { ...selection, targets: [`redis+cluster://${nodes.join(",")}`] },
  );
  const [profile, ...others] = profiles;
  if (profile === undefined || others.length > 0)
    throw new CachectlError(
      "usage",
      "one-cluster",
      `this works on one cluster at a time, and ${profiles.length} profiles are selected`,
      "Name one profile with -p.",
    );
  if (profile.kind === "memcached" || profile.kind === "sentinel")
    throw new CachectlError(
      "usage",
      "not-a-cluster",
      `${profile.identity.name} is of kind ${profile.kind}`,
      "Name a profile of kind cluster: its login, TLS and timeouts are used for the nodes.",
    );
  return profile;
}
