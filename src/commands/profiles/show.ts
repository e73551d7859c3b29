import type { Report } from "../../model/report.js";
import { describeProfile } from "../../profiles/describe-profile.js";
import { selectTargets, type ProfileSelection } from "../../profiles/select-profiles.js";
import { verbReport } from "../../report/verb-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";

/** `cachectl profiles show`: profiles as they will be used, defaults included. Says where a secret comes from, never the secret. */
export async function showProfiles(context: Context, selection: ProfileSelection): Promise<Report> {
  const frame = beginRun(context);
  const { targets, warnings } = await selectTargets(selection, context.profileDeps);
  return verbReport({
    operation: "profiles-show",
    ...frame(),
    status: "success",
    summary: targets.length === 1 ? `Profile ${targets[0]?.name ?? ""}.` : `${targets.length} profiles.`,
    sections: targets.map(describeProfile),
    notes: warnings,
  });
}
