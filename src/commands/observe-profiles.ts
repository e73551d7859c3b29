import { observeTarget } from "../collect/observe-target.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { Observation, ObservedTarget } from "../model/observation.js";
import type { Profile } from "../model/profile.js";
import type { Context } from "./context.js";

/** Sockets that may be opened at once: far below a shell's usual limit of 1,024 files. */
const maxTargetsAtOnce = 256;

/** Observes the targets of all profiles at the same time, with every topic. Read-only. */
export async function observeProfiles(
  context: Context,
  profiles: readonly Profile[],
  sampleMs: number,
  observedAt: string,
): Promise<Observation> {
  context.progress.update(progressText(profiles, sampleMs));
  const targets = await mapWithLimit(profiles, maxTargetsAtOnce, (profile) =>
    observeProfile(context, profile, sampleMs),
  );
  context.progress.stop();
  return {
    schemaVersion: 1,
    tool: { name: "cachectl", version: context.version },
    observedAt,
    sampleSeconds: sampleMs / 1000,
    targets,
  };
}

async function observeProfile(context: Context, profile: Profile, sampleMs: number): Promise<ObservedTarget> {
  const fleet = await context.openFleet(profile);
  try {
    return await observeTarget(fleet, profile.identity, sampleMs, context.clock);
  } finally {
    fleet.close();
  }
}

function progressText(profiles: readonly Profile[], sampleMs: number): string {
  const what = profiles.length === 1 ? (profiles[0]?.identity.name ?? "") : `${profiles.length} targets`;
  return sampleMs === 0 ? `Looking at ${what}` : `Watching ${what} for ${sampleMs / 1000} s`;
}
