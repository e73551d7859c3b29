import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { DemoDeps } from "./demo-deps.js";
import { DemoError } from "./demo-error.js";
import { findServer, type FoundServer } from "./find-programs.js";
import { installServers, type MissingServer } from "./install-servers.js";
import { processIdentity } from "./process-identity.js";
import type { ServerRef, ServerSource, ServerStart } from "./server-source.js";

type Deps = Pick<DemoDeps, "env" | "say" | "signal">;

/** Servers from the PATH; what is missing is installed first. Throws `DemoError` (`servers-missing`) when that fails. */
export async function localServers(deps: Deps): Promise<ServerSource> {
  let found = await lookFor(deps);
  const missing: MissingServer[] = [];
  if (found.redis === null) missing.push("redis");
  if (found.memcached === null) missing.push("memcached");
  if (missing.length > 0) {
    deps.say(`${missing.join(" and ")} not found on the PATH.`);
    await installServers(missing, { ...deps, isRoot: userInfo().uid === 0 });
    found = await lookFor(deps);
  }
  const { redis, memcached } = found;
  if (redis === null || memcached === null)
    throw new DemoError(
      "servers-missing",
      `${redis === null ? "redis-server" : "memcached"} is not on the PATH, though it has just been installed.`,
      "Put its folder on the PATH, or start Docker or Podman, and run this again.",
    );
  return {
    description: `${redis.path} (${redis.product} ${redis.version}) and ${memcached.path} (${memcached.version})`,
    engine: null,
    start: (start) => startProcess((start.product === "redis" ? redis : memcached).path, start),
    isRunning: async (ref) => ref.kind === "process" && (await processIdentity(ref.pid)) === ref.identity,
  };
}

interface Found {
  redis: FoundServer | null;
  memcached: FoundServer | null;
}

async function lookFor({ env }: Pick<Deps, "env">): Promise<Found> {
  return {
    redis: (await findServer("redis-server", env)) ?? (await findServer("valkey-server", env)),
    memcached: await findServer("memcached", env),
  };
}

/** In a process group of its own: Ctrl-C must not reach it before this program, and `--keep` lets it live on. */
async function startProcess(path: string, { product, args, dir }: ServerStart): Promise<ServerRef> {
  const output = openSync(join(dir, "output.log"), "a");
  // Memcached refuses to run as root unless it is told so by name.
  const asRoot = product === "memcached" && userInfo().uid === 0 ? ["-u", "root"] : [];
  const child = spawn(path, [...args, ...asRoot], { cwd: dir, stdio: ["ignore", output, output], detached: true });
  closeSync(output);
  await once(child, "spawn");
  child.unref();
  const { pid } = child;
  if (pid === undefined)
    throw new DemoError("not-started", `${path} could not be started.`, "Run it by hand to see why.");
  // One that ended at once has no identity any more; the empty text matches no process.
  return { kind: "process", pid, identity: (await processIdentity(pid)) ?? "" };
}
