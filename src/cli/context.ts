import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { knownRules } from "../analyze/known-rules.js";
import type { Context } from "../commands/context.js";
import { openFleet } from "../connect/open-fleet.js";
import { openPlainMemcached, openPlainRedis } from "../connect/simple-connections.js";
import { runCommand } from "../profiles/run-command.js";
import { loadProfiles, type ProfileDeps } from "../profiles/select-profiles.js";
import { createChangeContext } from "./change-context.js";
import { interrupted } from "./interrupted.js";
import type { PlanFlags } from "./output.js";
import { createProgress } from "./progress.js";
import { promptSecret } from "./prompt.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

/** The one place where the outside world becomes parameters. */
export function createContext(terminal: Terminal, signal: AbortSignal, flags: PlanFlags): Context {
  const progress = createProgress(terminal, flags.quiet === true);
  const surroundings = { env: process.env, cwd: process.cwd(), home: homedir() };
  const profileDeps: ProfileDeps = {
    ...surroundings,
    knownRules: knownRules(),
    runCommand,
    prompt: process.stdin.isTTY && terminal.interactiveErrors ? (label) => promptSecret(label, progress, signal) : null,
    signal,
  };
  return {
    ...surroundings,
    version: version(),
    clock: {
      now: () => Date.now(),
      monotonicMs: () => performance.now(),
      sleep: (ms) => sleep(ms, undefined, { signal }).catch((error: unknown) => Promise.reject(interrupted(error))),
    },
    stdin: process.stdin,
    random: Math.random,
    standardInput: () => process.stdin,
    signal,
    progress,
    profileDeps,
    demoDeps: {
      env: process.env,
      say: (line) => progress.note(line),
      signal,
      kill: (pid) => void process.kill(pid, "SIGKILL"),
      openRedis: (address) => openPlainRedis(address, signal),
      openMemcached: (address) => openPlainMemcached(address, signal),
    },
    change: createChangeContext(terminal, signal, progress, flags),
    async loadProfiles(selection) {
      const { profiles, warnings } = await loadProfiles(selection, profileDeps);
      for (const warning of warnings) progress.note(`warning: ${warning}`);
      return profiles;
    },
    openFleet: (profile) => openFleet(profile, signal),
  };
}
