import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import type { KnownRules } from "../../../src/profiles/check-fields.js";
import { parseProfile } from "../../../src/profiles/parse-profile.js";
import { runCommand } from "../../../src/profiles/run-command.js";
import type { ProfileDeps, ProfileSelection } from "../../../src/profiles/select-profiles.js";

export const knownRules: KnownRules = new Map([
  ["memory-near-limit", ["mediumPercent", "highPercent", "criticalPercent"]],
  ["memcached-evicting", ["perSecond"]],
  ["replicas-unpromotable", []],
  ["tls-off", []],
]);

const made: string[] = [];

afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

/** A directory of its own, removed after the test, with these files (mode 600) in it. */
export async function directoryWith(files: Record<string, string> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cachectl-profiles-"));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0o600);
  }
  return directory;
}

export function depsIn(cwd: string, overrides: Partial<ProfileDeps> = {}): ProfileDeps {
  return { env: {}, cwd, home: join(cwd, "home"), knownRules, runCommand, prompt: null, ...overrides };
}

export function selection(overrides: Partial<ProfileSelection> = {}): ProfileSelection {
  return { profiles: [], labels: {}, targets: [], profilesDirectory: null, overrides: {}, ...overrides };
}

const options = { path: "/etc/cachectl/p.yaml", shown: "p.yaml", home: "/home/ops", knownRules };

/** The problems of a profile's text as `line:column message`. */
export function problemsOf(text: string): string[] {
  const parsed = parseProfile(text, options);
  return parsed.ok ? [] : parsed.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** The profile in a text that must be valid. */
export function specOf(text: string) {
  const parsed = parseProfile(text, options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.spec;
}
