import type { Report } from "../../model/report.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { evictPolicyGetReport } from "../../report/evict-policy/get-report.js";
import { beginRun } from "../begin-run.js";
import type { Context } from "../context.js";
import { observeProfiles } from "../observe-profiles.js";

/** `cachectl evict-policy get`: what evicts on every node, how close it is to its limit, and where nodes differ. Read-only. */
export async function evictPolicyGet(
  context: Context,
  { selection, sampleMs }: { selection: ProfileSelection; sampleMs: number },
): Promise<Report> {
  const frame = beginRun(context);
  const profiles = await context.loadProfiles(selection);
  const observation = await observeProfiles(context, profiles, sampleMs, frame().startedAt);
  return evictPolicyGetReport({ observation, ...frame() });
}
