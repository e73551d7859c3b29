import { afterEach, describe, expect, it } from "vitest";
import { createCluster, type CreateNode } from "../../../src/apply/create-cluster.js";
import type { StepResult } from "../../../src/apply/run-steps.js";
import { collectNewNode } from "../../../src/collect/new-node.js";
import { openFleet } from "../../../src/connect/open-fleet.js";
import { isRefusal } from "../../../src/model/slot-plan.js";
import { checkNewNodes } from "../../../src/plan/check-new-nodes.js";
import { planCreate } from "../../../src/plan/plan-create.js";
import { liveProfile } from "../../support/live.js";
import { startClusterNodes, usingServers, type RedisServer } from "../../support/servers/index.js";

usingServers();

let running: RedisServer[] = [];
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
});

/** One run of the command's own parts, which a signal stops after the step with this title. */
async function run(servers: readonly RedisServer[], options: { stopAfter?: string; deadlineMs?: number } = {}) {
  const plan = planCreate(servers, { replicas: 1, zones: {}, allowFewPrimaries: false });
  if (isRefusal(plan)) throw new Error(plan.message);
  const profile = liveProfile([...servers], { kind: "cluster", profile: { discover: false } });
  const fleet = await openFleet(profile, new AbortController().signal);
  const stop = new AbortController();
  try {
    const nodes = await Promise.all(
      fleet.nodes.map(async (node): Promise<CreateNode> => {
        const state = await collectNewNode(node);
        const port = Number(node.identity.address.split(":").at(-1));
        const meet = { host: "127.0.0.1", port, busPort: state.announced?.busPort ?? port + 10_000 };
        return {
          address: node.identity.address,
          planned: node.identity.address,
          id: state.id ?? "",
          node,
          meet,
          state,
        };
      }),
    );
    const problems = checkNewNodes(plan, nodes);
    const clock = {
      now: () => Date.now(),
      monotonicMs: () => performance.now(),
      sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    };
    const result: StepResult = await createCluster(plan, nodes, {
      clock,
      stop: stop.signal,
      deadlineMs: options.deadlineMs ?? 40_000,
      say: () => undefined,
      onStep: (title) => {
        if (title === options.stopAfter) stop.abort();
        return Promise.resolve();
      },
    });
    return { problems, result };
  } finally {
    fleet.close();
  }
}

describe("a creation that was stopped", () => {
  it.each([
    "give every node an epoch of its own",
    "assign the slots to the primaries",
    "introduce the nodes to each other",
    "make the replicas follow",
  ])("after the step to %s is finished by the next run", async (stopAfter) => {
    running = await startClusterNodes(6);
    const first = await run(running, { stopAfter });
    expect(first.result.failed).toEqual([]);
    expect(first.result.notDone.length).toBeGreaterThan(0);
    const second = await run(running);
    expect(second.problems).toEqual([]);
    expect(second.result).toMatchObject({ failed: [], notDone: [] });
    for (const node of running) expect(String(await node.call("CLUSTER", "INFO"))).toContain("cluster_state:ok");
  });

  it("by a node that cannot be met names its bus port, and what was not done", async () => {
    const good = await startClusterNodes(5);
    // It answers its clients, and tells the others a bus port on which nobody listens.
    const lost = await startClusterNodes(1, { config: { "cluster-announce-bus-port": "1" } });
    running = [...good, ...lost];
    const { result } = await run(running, { deadlineMs: 15_000 });
    expect(result.failed).toHaveLength(1);
    expect(result.failed[0]?.reason).toContain(`${lost[0]?.address} over the cluster bus (127.0.0.1:1)`);
    expect(result.notDone[0]).toBe("make the replicas follow");
  });
});
