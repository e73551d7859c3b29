import { ProfileError } from "./profile-error.js";
import type { NamedTarget, TargetSpec } from "./profile-spec.js";

/** What flags say about every selected target; a field left out leaves the profile's. */
export interface Overrides {
  connectMs?: number;
  commandMs?: number;
  /** Replaces the user name; where the target has no password, one is asked for at the terminal. */
  username?: string;
  database?: number;
  discover?: boolean;
}

/** @throws ProfileError `override-not-applicable` for a database on a target that has none. */
export function applyOverrides(target: NamedTarget, overrides: Overrides): NamedTarget {
  const { connectMs, commandMs, username, database, discover } = overrides;
  const { spec } = target;
  if (database !== undefined && (spec.kind === "cluster" || spec.kind === "memcached"))
    throw new ProfileError(
      "override-not-applicable",
      `${target.name} is of kind ${spec.kind}, which has no database to choose`,
      "Leave the database out, or select standalone and sentinel profiles only.",
    );
  const login: TargetSpec["login"] =
    username === undefined ? spec.login : { username, password: spec.login?.password ?? { kind: "prompt" } };
  const timeouts = {
    connectMs: connectMs ?? spec.timeouts.connectMs,
    commandMs: commandMs ?? spec.timeouts.commandMs,
  };
  const changed = { login, timeouts, database: database ?? spec.database, discover: discover ?? spec.discover };
  return { ...target, spec: { ...spec, ...changed } };
}
