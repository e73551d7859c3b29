import type { DemoDeps } from "./demo-deps.js";
import { DemoInterrupted } from "./demo-error.js";
import { DemoRun } from "./demo-run.js";
import { engineServers, findEngine, type Engine } from "./engine-servers.js";
import type { FreePorts } from "./free-ports.js";
import { localServers } from "./local-servers.js";
import type { ServerSource } from "./server-source.js";
import { startRedisServer } from "./start-server.js";

/**
 * Chooses where the servers of a run come from: a container engine, else the PATH, else the system's package manager.
 *
 * Every choice that falls away is said with its reason. Throws `DemoError` (`servers-missing`) when none is left.
 */
export async function chooseServers(run: DemoRun, ports: FreePorts, deps: DemoDeps): Promise<ServerSource> {
  const engine = await findEngine(deps);
  if (engine !== null && (await worksHere(engine, ports, deps))) return engineServers(engine, run.name, deps.env);
  return await localServers(deps);
}

/**
 * Starts one server, in a run of its own, and waits until it is ready: an engine may answer and still be unable to run one on
 * this machine's loopback, for example when it is rootless or in a virtual machine.
 */
async function worksHere(engine: Engine, ports: FreePorts, deps: DemoDeps): Promise<boolean> {
  const run = new DemoRun(deps);
  try {
    const source = engineServers(engine, run.name, deps.env);
    run.useEngine(source.engine);
    const address = await startRedisServer({ name: "probe", config: {} }, { source, run, ports, deps });
    const connection = await deps.openRedis(address);
    await connection.call("PING");
    connection.close();
    return true;
  } catch (error) {
    if (error instanceof DemoInterrupted || deps.signal.aborted) throw error;
    deps.say(`Containers cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    await run.end();
  }
}
