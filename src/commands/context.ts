import type { DemoDeps } from "../demo/demo-deps.js";
import type { Clock } from "../model/clock.js";
import type { Fleet } from "../model/node-port.js";
import type { Profile } from "../model/profile.js";
import type { ProfileDeps, ProfileSelection } from "../profiles/select-profiles.js";

/** What shows that something is going on. Writes to standard error, or nowhere. */
export interface Progress {
  /** Replaces what was said before. */
  update(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Takes the display away; safe to call twice. */
  stop(): void;
}

/** All that a command has of the outside world. Built once, in cli; commands hand on the narrow piece. */
export interface Context {
  version: string;
  clock: Clock;
  /** Of [0, 1). */
  random: () => number;
  /** Aborts on the first SIGINT or SIGTERM. */
  signal: AbortSignal;
  progress: Progress;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  /** For verbs that look at profiles without connecting. */
  profileDeps: ProfileDeps;
  /** For the throwaway fleet of `demo`. */
  demoDeps: DemoDeps;
  loadProfiles(selection: ProfileSelection): Promise<Profile[]>;
  openFleet(profile: Profile): Promise<Fleet>;
}
