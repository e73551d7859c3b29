import { setTimeout as delay } from "node:timers/promises";
import { DemoError, DemoInterrupted } from "./demo-error.js";
import { findProgram } from "./find-programs.js";
import { runCommand, type CommandResult } from "./run-command.js";

/** What is missing: something that speaks Redis, or Memcached; the databases are for the tests of `warm`. */
export type MissingServer = "redis" | "memcached" | "postgres" | "mariadb";

export interface InstallDeps {
  env: Readonly<Record<string, string | undefined>>;
  /** Says a line to the person watching, before anything is run. */
  say: (line: string) => void;
  /** Whether this user is root: package managers other than brew need it. */
  isRoot: boolean;
  signal?: AbortSignal;
}

interface PackageManager {
  program: string;
  needsRoot: boolean;
  /** Refreshes the list of packages, where that does not happen by itself. */
  refresh: string[] | null;
  install: string[];
  /** Package names to try in this order: distributions replaced Redis by Valkey at different times. */
  packages: Record<MissingServer, string[]>;
}

const managers: readonly PackageManager[] = [
  {
    program: "apt-get",
    needsRoot: true,
    refresh: ["apt-get", "update", "-qq"],
    install: ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"],
    packages: {
      redis: ["redis-server", "valkey-server"],
      memcached: ["memcached"],
      postgres: ["postgresql"],
      mariadb: ["mariadb-server"],
    },
  },
  {
    program: "dnf",
    needsRoot: true,
    refresh: null,
    install: ["dnf", "install", "-y", "-q"],
    packages: {
      redis: ["valkey", "redis"],
      memcached: ["memcached"],
      postgres: ["postgresql-server"],
      mariadb: ["mariadb-server"],
    },
  },
  {
    program: "apk",
    needsRoot: true,
    refresh: null,
    install: ["apk", "add", "--no-cache"],
    packages: { redis: ["valkey", "redis"], memcached: ["memcached"], postgres: ["postgresql"], mariadb: ["mariadb"] },
  },
  {
    program: "brew",
    needsRoot: false,
    refresh: null,
    install: ["brew", "install"],
    packages: {
      redis: ["redis", "valkey"],
      memcached: ["memcached"],
      postgres: ["postgresql@17"],
      mariadb: ["mariadb"],
    },
  },
];

const installTimeoutMs = 300_000;

/**
 * Installs what is missing with the system's package manager, saying every command first. Changes the system.
 *
 * Throws `DemoError` with the lines to run by hand when there is no manager, no right to use it, or it fails.
 */
export async function installServers(missing: readonly MissingServer[], deps: InstallDeps): Promise<void> {
  const manager = await firstManager(deps.env);
  if (manager === null) throw cannotInstall(missing, "no known package manager (apt-get, dnf, apk, brew) is here");
  const prefix = await rootPrefix(manager, deps);
  if (prefix === null) throw cannotInstall(missing, `${manager.program} needs root and sudo is not available`);
  deps.say(
    `Installing ${missing.join(" and ")} with ${manager.program} (some packages also start a service of their own).`,
  );
  if (manager.refresh !== null) await runSaid([...prefix, ...manager.refresh], deps);
  for (const server of missing) await installFirst(server, manager, prefix, deps);
}

async function installFirst(
  server: MissingServer,
  manager: PackageManager,
  prefix: string[],
  deps: InstallDeps,
): Promise<void> {
  let last: CommandResult | null = null;
  for (const name of manager.packages[server]) {
    last = await runSaid([...prefix, ...manager.install, name], deps);
    if (last.exitCode === 0) return;
  }
  throw cannotInstall([server], `${manager.program} failed: ${lastLine(last?.output ?? "")}`);
}

/** A second installation at the same time holds the manager's lock: that one is waited for, two minutes at most. */
async function runSaid(argv: string[], deps: InstallDeps): Promise<CommandResult> {
  deps.say(`  ${argv.join(" ")}`);
  const env = { ...deps.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, timeoutMs: installTimeoutMs, ...(deps.signal === undefined ? {} : { signal: deps.signal }) };
  for (let attempt = 0; ; attempt++) {
    const result = await runCommand(argv, options);
    if (result.exitCode === 0 || attempt >= 60 || !/could not get lock|unable to lock/i.test(result.output))
      return result;
    if (deps.signal?.aborted) throw new DemoInterrupted();
    await delay(2_000);
  }
}

async function firstManager(env: InstallDeps["env"]): Promise<PackageManager | null> {
  for (const manager of managers) if ((await findProgram(manager.program, env)) !== null) return manager;
  return null;
}

/** What to put before a command: nothing for root, `sudo -n` (which never asks for a password) for others; null: no way. */
async function rootPrefix(manager: PackageManager, { env, isRoot }: InstallDeps): Promise<string[] | null> {
  if (isRoot || !manager.needsRoot) return [];
  return (await findProgram("sudo", env)) === null ? null : ["sudo", "-n"];
}

function cannotInstall(missing: readonly MissingServer[], why: string): DemoError {
  return new DemoError(
    "servers-missing",
    `${missing.join(" and ")} cannot be installed: ${why}.`,
    `Start Docker or Podman, or install ${missing.map((server) => debianNames[server]).join(" and ")} and run this again.`,
  );
}

const debianNames: Record<MissingServer, string> = {
  redis: "redis-server (or valkey-server)",
  memcached: "memcached",
  postgres: "postgresql",
  mariadb: "mariadb-server",
};

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}
