import type { WritePolicy } from "../../apply/warm/cache-writer.js";
import type { MemcachedHashing } from "../../model/invalidation.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import type { ThrottleOptions } from "./throttle.js";

export interface WarmOptions extends ThrottleOptions {
  manifest: string;
  selection: ProfileSelection;
  policy: WritePolicy;
  /** How the application chooses a Memcached server; null: the profile says it. */
  hashing: MemcachedHashing | null;
  deadlineMs: number | null;
  resume: boolean;
  /** Null: in the state directory. */
  checkpoint: string | null;
  rejects: string | null;
  maxErrors: number;
  /** How long the target is watched before and after, for its hit rate; null: not at all. */
  observeMs: number | null;
  heartbeatFile: string | null;
  prometheusFile: string | null;
  /** How long a killed run's lock lasts; null: none is taken. */
  lockMs: number | null;
  /** How long the target may take no writes before the run gives up. */
  patienceMs: number;
  yes: boolean;
  dryRun: boolean;
}
