import { CachectlError } from "../../model/errors.js";
import type { Profile } from "../../model/profile.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import type { Context } from "../context.js";

/** The one target that is written to: of the command line, else of the manifest. @throws CachectlError usage for more than one */
export async function onlyTarget(
  context: Context,
  selection: ProfileSelection,
  named: string | null,
): Promise<Profile> {
  const asked =
    selection.profiles.length > 0 || selection.targets.length > 0 || Object.keys(selection.labels).length > 0;
  const profiles = await context.loadProfiles(
    asked || named === null ? selection : { ...selection, profiles: [named] },
  );
  const [profile, ...others] = profiles;
  if (profile !== undefined && others.length === 0) return profile;
  throw new CachectlError(
    "usage",
    "one-target",
    `a warm-up writes to one target, and ${profiles.length} are selected: ${profiles.map(({ identity }) => identity.name).join(", ")}`,
    "Name one with -p, or as `target` in the manifest.",
  );
}
