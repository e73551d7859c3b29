import { disagreement, type WantedMember } from "./agree-on-layout.js";
import { replicate, waitUntilLinked } from "./create-cluster.js";
import { meetNodes, type MeetingNode } from "./meet-nodes.js";
import { renewIds } from "./renew-ids.js";
import { runSteps, type StepResult } from "./run-steps.js";
import { waitFor, type WaitDeps } from "./wait-for.js";

export interface Joining {
  /** Every member, all of them reachable; with its primary's id for a replica. */
  members: readonly (MeetingNode & { primaryId: string | null })[];
  /** Who joins, and whose replica it is to become; null: a primary without slots. */
  newcomers: readonly Newcomer[];
}

export interface Newcomer extends MeetingNode {
  follows: { id: string; address: string } | null;
  /** It was a member before, and is none now: it gets a new id first. */
  needsNewId: boolean;
}

/**
 * Lets nodes join a cluster that is settled. Writes. Resolves when every member sees them and they see a healthy cluster: until
 * then a newcomer answers CLUSTERDOWN, and a move of slots to it would fail and leave a slot open.
 */
export function joinNodes(
  { members, newcomers }: Joining,
  deps: WaitDeps & { say(title: string): void },
): Promise<StepResult> {
  const names = listOf(newcomers);
  const former = newcomers.filter(({ needsNewId }) => needsNewId);
  // With the ids that they have by then.
  let joining = newcomers;
  const wanted = (followed: boolean): WantedMember[] => [
    ...members.map((member) => ({ ...member, slots: null })),
    ...joining.map(({ follows, ...node }) => ({
      ...node,
      primaryId: followed && follows !== null ? follows.id : null,
      slots: [],
    })),
  ];
  // A newcomer that follows already, from an earlier run, is asked for its last state at once.
  const agreed = async (followed: boolean) => {
    const problem = await disagreement(wanted(followed));
    return problem === null || followed ? problem : (await disagreement(wanted(true))) === null ? null : problem;
  };
  const hint = "Wait and run the same command again; cachectl cluster check shows what differs.";
  const following = newcomers.filter(({ follows }) => follows !== null);
  return runSteps(
    [
      ...(former.length === 0
        ? []
        : [
            {
              title: `give ${listOf(former)} a new node id (CLUSTER RESET HARD)`,
              run: async () => {
                const renewed = new Map((await renewIds(former, deps)).map((one) => [one.address, one]));
                joining = newcomers.map((one) => renewed.get(one.address) ?? one);
                return [...renewed.values()].map(
                  ({ address, id }) =>
                    `${address} has the new node id ${id} (CLUSTER RESET HARD): members may have been told to forget its old one`,
                );
              },
            },
          ]),
      {
        title: `introduce ${names} to every member`,
        run: async () => {
          const all = { nodes: [...members, ...joining], newcomers: new Set(joining.map(({ id }) => id)) };
          await meetNodes(all, deps);
          return [`${names} and all ${members.length} members know each other`];
        },
      },
      {
        title: `see that ${names} sees a healthy cluster`,
        run: async () => {
          await waitFor(deps, () => agreed(false), hint);
          return [`every node sees ${names} as a member, and cluster_state:ok`];
        },
      },
      ...following.map(({ follows, ...node }) => ({
        title: `make ${node.address} a replica of ${follows?.address ?? ""}`,
        run: async () => {
          if (follows === null) return [];
          await replicate(node, follows, deps);
          return [`${node.address} is a replica of ${follows.address}`];
        },
      })),
      ...(following.length === 0
        ? []
        : [
            {
              title: `wait until ${listOf(following)} has its primary's data`,
              run: async () => {
                await waitFor(deps, () => agreed(true), hint);
                await waitUntilLinked(following, deps);
                return [`${listOf(following)}: linked and synced`];
              },
            },
          ]),
    ],
    deps.stop,
    (title) => deps.say(title),
  );
}

function listOf(nodes: readonly { address: string }[]): string {
  return nodes.map(({ address }) => address).join(", ");
}
