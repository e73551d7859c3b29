import type { FleetNode } from "../model/node-port.js";
import { replicate, waitUntilLinked } from "./create-cluster.js";
import { forgetNodes } from "./forget-nodes.js";
import { resetNodes } from "./reset-nodes.js";
import { runSteps, type ChangeStep, type StepResult } from "./run-steps.js";
import type { WaitDeps } from "./wait-for.js";

export interface RemovedNode {
  id: string;
  address: string;
  /** Null: it does not answer, and is only forgotten. */
  node: FleetNode | null;
}

export interface Removal {
  removed: readonly RemovedNode[];
  /** Every other member; all of them answer. */
  staying: readonly { id: string; address: string; node: FleetNode }[];
  /** Replicas of a removed primary, with the primary that they are to follow. */
  rehomed: readonly { id: string; address: string; node: FleetNode; follows: { id: string; address: string } }[];
}

/**
 * Takes nodes without slots out of a cluster. Writes. Replicas find another primary first: a replica refuses to forget the one it
 * follows. The removed node is reset last (CLUSTER RESET HARD), while everybody refuses to hear of it; a replica loses its copy of
 * the data by that.
 */
export function removeNodes(
  { removed, staying, rehomed }: Removal,
  deps: WaitDeps & { say(title: string): void },
): Promise<StepResult> {
  const names = removed.map(({ address }) => address).join(", ");
  const live = removed.flatMap(({ node, address }) => (node === null ? [] : [{ node, address }]));
  const steps: ChangeStep[] = [
    ...rehomed.map(({ follows, ...replica }) => ({
      title: `make ${replica.address} a replica of ${follows.address}`,
      run: async () => {
        await replicate(replica, follows, deps);
        await waitUntilLinked([replica], deps);
        return [`${replica.address} is a replica of ${follows.address}, linked and synced`];
      },
    })),
    {
      title: `make every member forget ${names}`,
      run: async () => {
        await forgetNodes(
          staying,
          removed.map(({ id }) => id),
          deps,
        );
        const told = [`none of the ${staying.length} remaining members names ${names} any more`];
        // Not a step of its own: a signal between the two would leave nodes that dial the cluster for ever.
        return [...told, ...(await resetHard(live, deps))];
      },
    },
  ];
  return runSteps(steps, deps.stop, (title) => deps.say(title));
}

/**
 * HARD, for a new id: from Redis 7.2 on, members tell each other for 60 s whom to forget, and whoever hears it drops that id again,
 * and its slots with it, also where the node has joined once more.
 */
async function resetHard(nodes: readonly { node: FleetNode; address: string }[], deps: WaitDeps): Promise<string[]> {
  await resetNodes(
    nodes,
    { ...deps, stop: new AbortController().signal },
    "Run CLUSTER RESET HARD on that node, or stop it.",
  );
  return nodes.map(
    ({ address }) => `${address} is alone, has a new id, and holds no slot and no key (CLUSTER RESET HARD)`,
  );
}
