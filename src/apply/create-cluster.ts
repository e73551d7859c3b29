import type { CreatePlan } from "../model/create-plan.js";
import { CachectlError, ServerReplyError } from "../model/errors.js";
import { mapWithLimit } from "../model/map-with-limit.js";
import type { NewNodeState } from "../model/new-node.js";
import { countSlots, formatRanges, rangesOf, slotsOf, type SlotRange } from "../model/slot-ranges.js";
import { isAtLeast } from "../model/version-number.js";
import { disagreement, type WantedMember } from "./agree-on-layout.js";
import { meetNodes, type MeetingNode } from "./meet-nodes.js";
import { firstOf, linkProblem, orClause } from "./member-view.js";
import { runSteps, type ChangeStep, type StepResult } from "./run-steps.js";
import { waitFor, type WaitDeps } from "./wait-for.js";

/** A node of the plan with its connection, its place in the plan and what it said before. */
export interface CreateNode extends MeetingNode {
  /** As the plan names it. */
  planned: string;
  state: NewNodeState;
}

export interface CreateDeps extends WaitDeps {
  say(title: string): void;
  /** Only for tests: called after each step, before the next. */
  onStep?: (title: string) => Promise<void>;
}

const maxAtOnce = 50;

/**
 * Makes a cluster of nodes that `checkNewNodes` has nothing to say against. Writes. Each step looks at what is there, so that
 * running it again goes on where an earlier run ended.
 *
 * The order matters: epochs can only be set while a node is alone, and equal ones would have to be resolved by collision later;
 * slots are assigned before the nodes meet, so that nobody ever sees a half-assigned cluster.
 */
export function createCluster(plan: CreatePlan, nodes: readonly CreateNode[], deps: CreateDeps): Promise<StepResult> {
  const byName = new Map(nodes.map((node) => [node.planned, node]));
  const placed = plan.primaries.flatMap((primary) => {
    const node = nodeOf(byName, primary.address);
    const replicas = primary.replicas.map((replica) => ({
      node: nodeOf(byName, replica.address),
      primary: node,
      slots: [] as SlotRange[],
    }));
    return [{ node, primary: null, slots: primary.slots }, ...replicas];
  });
  const replicas = placed.filter(({ primary }) => primary !== null);
  const steps: ChangeStep[] = [
    { title: "give every node an epoch of its own", run: () => setEpochs(placed.map(({ node }) => node)) },
    { title: "assign the slots to the primaries", run: () => assignSlots(placed) },
    { title: "introduce the nodes to each other", run: () => introduce(nodes, deps) },
    ...(replicas.length === 0 ? [] : [{ title: "make the replicas follow", run: () => follow(replicas, deps) }]),
    { title: "see that every node agrees", run: () => verify(placed, deps) },
    ...(replicas.length === 0 ? [] : [{ title: "wait for the replicas' data", run: () => linked(replicas, deps) }]),
  ];
  return runSteps(steps.map(observed(deps)), deps.stop, (title) => deps.say(title));
}

interface Placed {
  node: CreateNode;
  primary: CreateNode | null;
  slots: readonly SlotRange[];
}

function observed({ onStep }: CreateDeps): (step: ChangeStep) => ChangeStep {
  return (step) => ({
    title: step.title,
    run: async () => {
      const done = await step.run();
      await onStep?.(step.title);
      return done;
    },
  });
}

async function setEpochs(nodes: readonly CreateNode[]): Promise<string[]> {
  const taken = new Set(nodes.map(({ state }) => state.configEpoch));
  let next = 1;
  const wanted = nodes
    // A node that has met another takes no epoch any more, and one that has an epoch keeps it.
    .filter(({ state }) => state.configEpoch === 0 && state.knows.length === 0)
    .map((node) => {
      while (taken.has(next)) next += 1;
      taken.add(next);
      return { node, epoch: next };
    });
  await mapWithLimit(wanted, maxAtOnce, async ({ node, epoch }) => {
    const port = await node.node.openRedis();
    await port.call("CLUSTER", "SET-CONFIG-EPOCH", String(epoch));
  });
  return wanted.length === 0 ? [] : [`${wanted.length} nodes have an epoch of their own`];
}

async function assignSlots(placed: readonly Placed[]): Promise<string[]> {
  const done = await mapWithLimit(placed, maxAtOnce, async ({ node, slots }) => {
    const owned = new Set(slotsOf(node.state.slots));
    const missing = rangesOf(slotsOf(slots).filter((slot) => !owned.has(slot)));
    if (missing.length === 0) return null;
    const port = await node.node.openRedis();
    await port.call("CLUSTER", ...addSlots(missing, node.state));
    return `${node.address} owns slots ${formatRanges([...slots])}`;
  });
  return done.filter((sentence) => sentence !== null);
}

/** Redis has ADDSLOTSRANGE since 7.0, every Valkey has it. */
function addSlots(ranges: readonly SlotRange[], { product, version }: NewNodeState): string[] {
  if (product === "valkey" || (version !== null && isAtLeast(version, "7.0") === true))
    return ["ADDSLOTSRANGE", ...ranges.flat().map(String)];
  return ["ADDSLOTS", ...slotsOf(ranges).map(String)];
}

async function introduce(nodes: readonly CreateNode[], deps: WaitDeps): Promise<string[]> {
  await meetNodes({ nodes }, deps);
  return [`all ${nodes.length} nodes know each other`];
}

async function follow(replicas: readonly Placed[], deps: WaitDeps): Promise<string[]> {
  const done: string[] = [];
  await mapWithLimit(replicas, maxAtOnce, async ({ node, primary }) => {
    if (primary === null || node.state.primaryId === primary.id) return;
    await replicate(node, primary, deps);
    done.push(`${node.address} is a replica of ${primary.address}`);
  });
  return done.sort();
}

/**
 * CLUSTER REPLICATE, again while the node does not know the primary yet or does not know it for one. Writes.
 *
 * @throws CachectlError change `not-in-time` with the server's last answer
 */
export async function replicate(
  replica: Pick<MeetingNode, "node" | "address">,
  primary: { id: string; address: string },
  deps: WaitDeps,
): Promise<void> {
  const port = await replica.node.openRedis();
  await waitFor(
    deps,
    async () => {
      try {
        await port.call("CLUSTER", "REPLICATE", primary.id);
        return null;
      } catch (error) {
        if (!(error instanceof ServerReplyError) || error.replyCode === "NOPERM") throw error;
        return `${replica.address} does not follow ${primary.address}: ${error.message}`;
      }
    },
    "Mend what the server's answer names; a node that holds keys or slots becomes nobody's replica.",
  );
}

async function verify(placed: readonly Placed[], deps: WaitDeps): Promise<string[]> {
  const wanted: WantedMember[] = placed.map(({ node, primary, slots }) => ({
    id: node.id,
    address: node.address,
    node: node.node,
    primaryId: primary?.id ?? null,
    slots,
  }));
  await waitFor(
    deps,
    () => disagreement(wanted),
    "Look with cachectl cluster check, or wait and run the command again.",
  );
  const total = placed.reduce((sum, { slots }) => sum + countSlots(slots), 0);
  return [`every node sees the same ${placed.length} members, all ${total} slots owned and cluster_state:ok`];
}

async function linked(replicas: readonly Placed[], deps: WaitDeps): Promise<string[]> {
  await waitUntilLinked(
    replicas.map(({ node }) => node),
    deps,
  );
  return [`${replicas.length} ${replicas.length === 1 ? "replica is" : "replicas are"} linked and synced`];
}

/** Waits until each replica has a link to its primary and its data. @throws CachectlError change `not-in-time` */
export async function waitUntilLinked(
  replicas: readonly Pick<MeetingNode, "node" | "address">[],
  deps: WaitDeps,
): Promise<void> {
  await waitFor(
    deps,
    async () =>
      firstOf(
        await mapWithLimit(replicas, maxAtOnce, ({ node, address }) =>
          orClause(address, async () => {
            const problem = await linkProblem(node);
            return problem === null ? null : `${address} ${problem}`;
          }),
        ),
      ),
    "Look into that replica's log: a missing masterauth or masteruser, tls-replication, or a closed client port keep it from its primary.",
  );
}

function nodeOf(byName: ReadonlyMap<string, CreateNode>, name: string): CreateNode {
  const node = byName.get(name);
  if (node === undefined)
    throw new CachectlError(
      "usage",
      "plan-mismatch",
      `the plan names ${name}, which was not probed`,
      "Run the command again.",
    );
  return node;
}
