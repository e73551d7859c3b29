import { checkAuditFile } from "../apply/audit-log.js";
import { CachectlError } from "../model/errors.js";
import type { MemcachedHashing, TagSettings } from "../model/invalidation.js";
import type { Profile } from "../model/profile.js";
import type { Report } from "../model/report.js";
import { refuseInvalidation, type InvalidationRequest } from "../plan/plan-invalidation.js";
import type { ProfileSelection } from "../profiles/select-profiles.js";
import { failureReport } from "../report/failure-report.js";
import { beginRun, type RunFrame } from "./begin-run.js";
import { throwRefusal } from "./cluster/throw-refusal.js";
import type { Context } from "./context.js";
import { leaveAuditLine } from "./invalidate/leave-audit-line.js";
import { invalidateMemcached } from "./invalidate/invalidate-memcached.js";
import { invalidateRedis } from "./invalidate/invalidate-redis.js";

export interface InvalidateOptions extends InvalidationRequest {
  selection: ProfileSelection;
  /** Flags; what they leave open the profile says. */
  tags: TagSettings;
  hashing: MemcachedHashing | null;
  ratePerSecond: number | null;
  maxLatencyMs: number;
  settleMs: number;
  verify: boolean;
  /** `--audit FILE`; null: as the profile says. */
  audit: string | null;
  dryRun: boolean;
}

/** What the two families of servers get. */
export interface InvalidateJob {
  context: Context;
  options: InvalidateOptions;
  profile: Profile;
  frame: () => RunFrame;
}

/** `cachectl invalidate`: deletes what a tag, a name or a pattern selects, or makes it stale. Writes. */
export async function invalidate(context: Context, options: InvalidateOptions): Promise<Report> {
  const frame = beginRun(context);
  const profile = onlyTarget(await context.loadProfiles(options.selection));
  throwRefusal(refuseInvalidation(options, profile.kind));
  const audit = options.audit ?? profile.auditFile;
  if (audit !== null && !options.dryRun) await checkAuditFile(audit);
  const job: InvalidateJob = { context, options: withProfile(options, profile), profile, frame };
  try {
    const report = await (profile.kind === "memcached" ? invalidateMemcached(job) : invalidateRedis(job));
    if (audit !== null && !options.dryRun) await leaveAuditLine(audit, job, report);
    return report;
  } catch (error) {
    // What was refused, or broke off, was tried all the same.
    if (audit !== null && !options.dryRun && error instanceof CachectlError && error.code !== "audit-unwritable")
      await leaveAuditLine(audit, job, failureReport({ operation: "invalidate", ...frame(), error }));
    throw error;
  } finally {
    context.progress.stop();
  }
}

function withProfile(options: InvalidateOptions, { tags, hashing }: Profile): InvalidateOptions {
  return {
    ...options,
    tags: { scheme: options.tags.scheme ?? tags.scheme, prefix: options.tags.prefix ?? tags.prefix },
    hashing: options.hashing ?? hashing,
  };
}

function onlyTarget(profiles: readonly Profile[]): Profile {
  const [profile, ...others] = profiles;
  if (profile !== undefined && others.length === 0) return profile;
  throw new CachectlError(
    "usage",
    "one-target",
    `this works on one target at a time, and ${profiles.length} are selected: ${profiles.map(({ identity }) => identity.name).join(", ")}`,
    "Name one profile with -p.",
  );
}
