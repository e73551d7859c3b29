import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { DemoDeps } from "./demo-deps.js";
import { DemoError } from "./demo-error.js";
import { readState, stateFiles, type DemoState } from "./demo-state.js";
import { processIdentity } from "./process-identity.js";
import { runCommand } from "./run-command.js";
import type { EngineRef } from "./server-source.js";
import { waitUntil } from "./wait-until.js";

export type EndingDeps = Pick<DemoDeps, "env" | "kill">;

/** Ends every run that the state files know, also of processes that are gone; resolves with how many runs those were. */
export async function stopDemoRuns(deps: EndingDeps): Promise<number> {
  const files = await stateFiles(deps.env);
  for (const file of files) await endRun(await readState(file), file, deps);
  return files.length;
}

/** Ends what the state names, then removes the run's directory and last its state file. Idempotent. */
export async function endRun(state: DemoState, file: string, { env, kill }: EndingDeps): Promise<void> {
  await Promise.all(
    state.servers.map(async (ref) => {
      if (ref.kind === "process") await endProcess(ref.pid, ref.identity, kill);
    }),
  );
  if (state.engine !== null) await endContainers(state.engine, env);
  await rm(state.dir, { recursive: true, force: true, maxRetries: 10 });
  await rm(file, { force: true });
}

/** The data is thrown away, so nothing is lost by SIGKILL. Only the very process that was started is hit. */
async function endProcess(pid: number, identity: string, kill: EndingDeps["kill"]): Promise<void> {
  if ((await processIdentity(pid)) !== identity) return;
  try {
    kill(pid);
  } catch (error) {
    // It may have ended between the look and the signal; anything else is worth knowing.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
  await waitUntil(async () => (await processIdentity(pid)) !== identity, {
    what: `process ${pid} has ended`,
    timeoutMs: 10_000,
  });
}

/** An engine that removes a container by itself as it ends may refuse for a while to be told so as well. */
const removalMs = 30_000;

/**
 * By label rather than by the noted ids: it also finds one whose start was interrupted. What counts is that none is left, not
 * what the engine said to the removal.
 */
async function endContainers({ program, label }: EngineRef, env: DemoDeps["env"]): Promise<void> {
  const options = { env, timeoutMs: 60_000 };
  const list = () => runCommand([program, "ps", "-aq", "--filter", `label=${label}`], options);
  const deadline = performance.now() + removalMs;
  for (let left = await list(); left.exitCode !== 0 || left.stdout !== ""; left = await list()) {
    if (left.exitCode !== 0) throw containersNotEnded({ program, label }, left.output);
    const removed = await runCommand([program, "rm", "-f", "-v", ...left.stdout.split("\n")], options);
    if (removed.exitCode === 0) continue;
    if (performance.now() > deadline) throw containersNotEnded({ program, label }, removed.output);
    await wait(200);
  }
}

function containersNotEnded({ program, label }: EngineRef, said: string): DemoError {
  return new DemoError(
    "containers-not-ended",
    `${program} could not end the demo's containers: ${said.trim()}`,
    `Run: ${program} rm -f $(${program} ps -aq --filter label=${label})`,
  );
}
