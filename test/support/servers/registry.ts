import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { mapWithLimit } from "../../../src/model/map-with-limit.js";
import { FreePorts, portParts } from "../../../src/demo/free-ports.js";

// The first part is the demo's. No fewer than vitest has workers.
const workers = portParts - 1;

/**
 * One per test process: ports are handed out once, and everything started is known here until it is gone. Each worker has its own
 * part of them: the port of a server that is down just now must not become another's.
 */
export const ports = new FreePorts(1 + ((Number(process.env["VITEST_POOL_ID"] ?? 1) - 1) % workers), portParts);

const servers = new Set<() => Promise<void>>();
const directories = new Set<() => Promise<void>>();
let guardian: ChildProcess | undefined;

/** Call once at the top of a test file: ends every server and removes every directory after its last test, failed or not. */
export function usingServers(): void {
  afterAll(endEverything);
}

/** Ends all that this process started. Every failure is thrown, together, after all have been tried. */
export async function endEverything(): Promise<void> {
  // Servers first: one that still runs would write into its directory while that is being removed.
  const errors = [...(await runAll(servers)), ...(await runAll(directories))];
  if (errors.length > 0) throw new AggregateError(errors, "some servers could not be ended");
}

/** So few at a time that another worker's call to the container engine does not stand behind all of them. */
const atOnce = 4;

async function runAll(cleanups: Set<() => Promise<void>>): Promise<unknown[]> {
  const pending = [...cleanups];
  cleanups.clear();
  const errors: unknown[] = [];
  await mapWithLimit(pending, atOnce, (cleanup) => cleanup().catch((error: unknown) => errors.push(error)));
  return errors;
}

/** Remembers how to end a server, for {@link endEverything}. */
export function registerServer(end: () => Promise<void>): void {
  servers.add(end);
}

/** A directory that any user, also one inside a container, may write; removed with everything else. */
export async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "cachectl-test-"));
  await chmod(dir, 0o777);
  watch("dir", dir);
  directories.add(async () => {
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    unwatch("dir", dir);
  });
  return dir;
}

type Watched = "pid" | "container" | "dir";

/** Tells the guardian process, which ends it when this process dies without cleaning up. */
export function watch(kind: Watched, id: string | number): void {
  tellGuardian(`+${kind} ${id}`);
}

export function unwatch(kind: Watched, id: string | number): void {
  tellGuardian(`-${kind} ${id}`);
}

function tellGuardian(line: string): void {
  guardian ??= startGuardian();
  guardian.stdin?.write(`${line}\n`);
}

function startGuardian(): ChildProcess {
  const script = fileURLToPath(new URL("guardian.mjs", import.meta.url));
  // A process group of its own: Ctrl-C at the terminal must not end it before its work.
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "ignore", "inherit"], detached: true });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
