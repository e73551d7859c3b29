import type { ServerFacts } from "../model/facts.js";
import { cannotJudge, notApplicable, type CannotJudge, type NotApplicable } from "./rule.js";

/** What an INFO field that is not there means: an older version has no such thing, on a newer one it should have been shown. */
export function absentField(
  server: Pick<ServerFacts, "version">,
  field: string,
  sinceMajor: number,
): CannotJudge | NotApplicable {
  const major = Number.parseInt(server.version, 10);
  return major < sinceMajor
    ? notApplicable(`${field} is reported from Redis ${sinceMajor}.0 on`)
    : cannotJudge(`INFO does not show ${field}`);
}
