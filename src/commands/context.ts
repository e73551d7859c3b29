import type { Readable } from "node:stream";
import type { DemoDeps } from "../demo/demo-deps.js";
import type { Clock } from "../model/clock.js";
import type { Fleet } from "../model/node-port.js";
import type { Profile } from "../model/profile.js";
import type { Report } from "../model/report.js";
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
  /** For sources that are piped in. */
  stdin: Readable;
  home: string;
  /** Standard input, as it comes. */
  standardInput: () => AsyncIterable<unknown>;
  /** For verbs that look at profiles without connecting. */
  profileDeps: ProfileDeps;
  /** For the throwaway fleet of `demo`. */
  demoDeps: DemoDeps;
  /** For verbs that write: see {@link ChangeContext}. */
  change: ChangeContext;
  loadProfiles(selection: ProfileSelection): Promise<Profile[]>;
  openFleet(profile: Profile): Promise<Fleet>;
}

/** What a verb that writes has in place of `clock`, `signal` and `openFleet`: the first SIGINT must not cut its connections. */
export interface ChangeContext {
  /** Aborts on the first SIGINT or SIGTERM: finish the step in hand, begin no other. The second one leaves at once. */
  stopRequested: AbortSignal;
  /** Its `sleep` lasts through the first signal. Pass `stopRequested` where a wait should end with it. */
  clock: Clock;
  /** Like Context.openFleet; its connections outlive the first signal. */
  openFleet(profile: Profile): Promise<Fleet>;
  /** Who changes something, for whoever is refused meanwhile: `db-7 (process 4711)`. */
  holder: string;
  /**
   * Shows the plan on standard error (the report that --dry-run gives; not with --quiet), also where nobody can be asked, and asks
   * the question at a terminal.
   * Resolves when the answer is yes, or at once when `yes` (the flag) is set.
   * @throws CachectlError usage where there is no terminal (`Add --yes`), or where the answer is no (nothing was changed)
   */
  confirm(question: string, yes: boolean, plan?: Report): Promise<void>;
}
