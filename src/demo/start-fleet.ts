import type { DemoDeps } from "./demo-deps.js";
import type { FleetAddresses } from "./fleet-addresses.js";
import { DemoInterrupted } from "./demo-error.js";
import { DemoRun } from "./demo-run.js";
import { FreePorts, portParts } from "./free-ports.js";
import { HeldConnections } from "./held-connections.js";
import { plantProblems } from "./plant-problems.js";
import type { PlantedProblem } from "./planted-problem.js";
import { seedFleet } from "./seed.js";
import { chooseServers } from "./servers.js";
import { startCluster, startMemcachedPair, startSentinelGroup } from "./start-topologies.js";
import { Traffic } from "./traffic.js";
import { writeProfiles } from "./write-profiles.js";

export interface DemoFleet {
  /** Where the servers come from, for the reader. */
  description: string;
  addresses: FleetAddresses;
  /** Holds `demo-cluster`, `demo-sentinel`, `demo-memcached` and the fleet `demo` of all three. */
  profilesDir: string;
  /** What is wrong with the fleet, on purpose. */
  problems: PlantedProblem[];
  /** Begins reads and writes like an application's; they stop by themselves after ten minutes. */
  startTraffic(): Promise<Traffic>;
  /** Ends all servers and removes all files. Idempotent. */
  stop(): Promise<void>;
  /** Leaves the servers running without this process; resolves with lines that say how to end them. */
  keep(): Promise<string[]>;
}

/**
 * Starts a throwaway fleet on loopback ports, fills it and breaks it in a handful of places.
 *
 * Rejects with `DemoError`, or `DemoInterrupted` after an abort; in both cases nothing is left running.
 */
export async function startDemoFleet(deps: DemoDeps): Promise<DemoFleet> {
  const run = new DemoRun(deps);
  const held = new HeldConnections();
  // One part that fails also ends the waiting of the others: everything is ended together, and only once all have settled.
  const failure = new AbortController();
  const watched = { ...deps, signal: AbortSignal.any([deps.signal, failure.signal]) };
  try {
    return await buildFleet(run, held, watched, failure);
  } catch (error) {
    held.close();
    await run.end();
    throw deps.signal.aborted ? new DemoInterrupted() : error;
  }
}

async function buildFleet(
  run: DemoRun,
  held: HeldConnections,
  deps: DemoDeps,
  failure: AbortController,
): Promise<DemoFleet> {
  const ports = new FreePorts(0, portParts);
  const source = await chooseServers(run, ports, deps);
  run.useEngine(source.engine);
  deps.say(`Servers: ${source.description}.`);
  const workshop = { source, run, ports, deps };
  const [cluster, sentinel, memcached] = await allOrNone(failure, [
    startCluster(workshop),
    startSentinelGroup(workshop),
    startMemcachedPair(workshop),
  ]);
  const addresses = { cluster, sentinel, memcached };
  deps.say("Filling it with sessions, carts, products and more, and breaking a few things.");
  await seedFleet(addresses, deps);
  const problems = await plantProblems(addresses, held, deps);
  const profilesDir = await writeProfiles(run.dir, addresses);
  let traffic: Traffic | undefined;
  const letGo = async () => {
    await traffic?.stop();
    held.close();
  };
  return {
    description: source.description,
    addresses,
    profilesDir,
    problems,
    startTraffic: async () => (traffic ??= await Traffic.start(addresses, deps)),
    stop: async () => {
      await letGo();
      await run.end();
    },
    keep: async () => {
      await letGo();
      return [
        `The servers stay. Look at them with: cachectl analyze --profiles-dir ${profilesDir} -p demo`,
        "The traffic and the connections that were held open end with this process.",
        "End the servers with: cachectl demo --stop",
      ];
    },
  };
}

/** Waits for all, also when one fails: nothing may still be starting while everything is being ended. */
async function allOrNone<T extends readonly Promise<unknown>[]>(
  failure: AbortController,
  parts: readonly [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  let first: { error: unknown } | undefined;
  for (const part of parts)
    part.catch((error: unknown) => {
      first ??= { error };
      failure.abort();
    });
  await Promise.allSettled(parts);
  if (first !== undefined) throw first.error;
  return await Promise.all(parts);
}
