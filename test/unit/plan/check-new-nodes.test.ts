import { describe, expect, it } from "vitest";
import type { CreatePlan } from "../../../src/model/create-plan.js";
import type { NewNodeState } from "../../../src/model/new-node.js";
import { isRefusal } from "../../../src/model/slot-plan.js";
import { checkNewNodes } from "../../../src/plan/check-new-nodes.js";
import { planCreate } from "../../../src/plan/plan-create.js";
import { idOf, known, newNode } from "../../support/new-nodes.js";

const plan = planned();
const [a, b, c] = ["a", "b", "c"].map((name) => newNode(name)) as [Node, Node, Node];
type Node = ReturnType<typeof newNode>;

function planned(): CreatePlan {
  const hosts = ["a", "b", "c"].map((host) => ({ host, port: 6379 }));
  const made = planCreate(hosts, { replicas: 0, zones: {}, allowFewPrimaries: false });
  if (isRefusal(made)) throw new Error(made.message);
  return made;
}

/** What is wrong with three nodes, of which `a` differs. */
function problems(changes: Partial<NewNodeState>): string[] {
  return checkNewNodes(plan, [newNode("a", changes), b, c]).map(({ address, message }) => `${address} ${message}`);
}

describe("nodes of a new cluster", () => {
  it("are fit when they are empty and alone", () => {
    expect(checkNewNodes(plan, [a, b, c])).toEqual([]);
  });

  it("are fit with what an earlier run of the same plan has done to them", () => {
    const slots = plan.primaries[0]?.slots ?? [];
    expect(problems({ configEpoch: 1, slots, knows: [known("b"), known("c", true)] })).toEqual([]);
  });

  it.each<[string, Partial<NewNodeState>, string]>([
    ["do not answer", { failure: { message: "a:6379 refused the connection", hint: "" } }, "refused the connection"],
    ["are not in cluster mode", { clusterMode: false }, "it is not in cluster mode"],
    ["would not say whether they are", { clusterMode: null }, "it is not in cluster mode"],
    ["hold keys", { keys: 7 }, "it holds 7 keys"],
    ["would not say how many keys they hold", { keys: null }, "it holds an unknown number of keys"],
    ["have open slots", { openSlots: 1 }, "it has 1 open slots"],
    ["ask for a password that they would not give as a replica", { asksPassword: true }, "(masterauth)"],
    ["may not be changed by this login", { forbidden: ["CLUSTER MEET"] }, "this login may not run CLUSTER MEET"],
    ["know a stranger", { knows: [known("z")] }, "it already knows other nodes: z:6379"],
    ["are meeting a stranger", { knows: [known("z", true)] }, "it already knows other nodes: z:6379"],
    ["own slots of another plan", { slots: [[16_000, 16_001]] }, "slots that this plan does not give it: 16000-16001"],
    ["are replicas where the plan wants a primary", { role: "replica", primaryId: idOf("b") }, "it is a replica"],
    ["run another version", { version: "8.1.0" }, "valkey 8 on a:6379; valkey 9 on b:6379, c:6379"],
    ["run another product", { product: "redis" }, "redis 9 on a:6379"],
  ])("are refused when they %s", (_, changes, message) => {
    const found = problems(changes);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it("need not say whether they have a password for their primary", () => {
    expect(problems({ asksPassword: true, hasPrimaryPassword: null })).toEqual([]);
  });

  it("are refused when two names lead to one node", () => {
    expect(checkNewNodes(plan, [a, { ...b, state: { ...b.state, id: idOf("a") } }, c])).toMatchObject([
      { address: "b:6379", message: `it is the same node as a:6379 (id ${idOf("a")})` },
    ]);
  });

  it("are all judged, each with everything that is wrong with it", () => {
    const found = checkNewNodes(plan, [newNode("a", { keys: 1, knows: [known("z")] }), newNode("b", { keys: 2 }), c]);
    expect(found.map(({ address }) => address).sort()).toEqual(["a:6379", "a:6379", "b:6379"]);
    for (const { hint } of found) expect(hint).not.toBe("");
  });
});
