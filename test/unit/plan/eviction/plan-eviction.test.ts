import { describe, expect, it } from "vitest";
import type { EvictionNode } from "../../../../src/model/eviction-node.js";
import type { EvictionPlan, LastChange } from "../../../../src/model/eviction-plan.js";
import { isRefusal, type PlanRefusal } from "../../../../src/model/slot-plan.js";
import { planEviction, type EvictionPlanInput } from "../../../../src/plan/eviction/plan-eviction.js";
import { planRollback } from "../../../../src/plan/eviction/plan-rollback.js";

function node(over: Partial<EvictionNode> = {}): EvictionNode {
  return {
    ...{
      address: "a:1",
      role: "primary",
      product: "redis",
      version: "8.0.6",
      settingsUnknown: null,
      unreachable: null,
    },
    settings: { "maxmemory-policy": "noeviction", maxmemory: "1000", "maxmemory-samples": "5" },
    ...{ usedBytes: 600, countedBytes: 500, keys: 10, expires: 10 },
    ...{ evictionsPerSecond: null, hitRate: null, refusedWritesPerSecond: null },
    ...{ ignoresMaxmemory: false, configFile: "/redis.conf", stats: {} },
    ...over,
  };
}

function plan(over: Partial<EvictionPlanInput>): EvictionPlan | PlanRefusal {
  return planEviction({
    ...{ target: "t", family: "redis", dataRole: null, nodes: [node()], refusals: {}, persist: true, keepGoing: false },
    ...{ wanted: { "maxmemory-policy": "allkeys-random" }, exposure: null },
    ...over,
  });
}

function planned(over: Partial<EvictionPlanInput>): EvictionPlan {
  const answer = plan(over);
  if (isRefusal(answer)) throw new Error(answer.message);
  return answer;
}

const namesOf = ({ nodes }: EvictionPlan) => nodes.flatMap(({ changes }) => changes.map(({ name }) => name));

describe("planEviction", () => {
  it("changes only what differs, replicas before primaries", () => {
    const replica = node({ address: "b:1", role: "replica" });
    const done = node({ address: "c:1", settings: { "maxmemory-policy": "allkeys-random" } });
    const { nodes, unchanged } = planned({ nodes: [node(), done, replica] });
    expect(nodes.map((one) => one.node)).toEqual(["b:1", "a:1"]);
    expect(unchanged).toEqual(["c:1"]);
    expect(nodes[0]?.changes).toEqual([{ name: "maxmemory-policy", from: "noeviction", to: "allkeys-random" }]);
  });

  it("makes room before the policy changes, and takes room away after it", () => {
    const wanted = (maxmemory: string) => ({ "maxmemory-policy": "allkeys-lru", "maxmemory-samples": "9", maxmemory });
    expect(namesOf(planned({ wanted: wanted("0") }))).toEqual(["maxmemory", "maxmemory-samples", "maxmemory-policy"]);
    expect(namesOf(planned({ wanted: wanted("2000") }))[0]).toBe("maxmemory");
    expect(namesOf(planned({ wanted: wanted("700") })).at(-1)).toBe("maxmemory");
  });

  it("takes a limit at what is used, and refuses one below it", () => {
    expect(namesOf(planned({ wanted: { maxmemory: "500" } }))).toEqual(["maxmemory"]);
    expect(plan({ wanted: { maxmemory: "499" } })).toMatchObject({ refused: true, code: "maxmemory-below-used" });
    const unknown = node({ countedBytes: null });
    expect(plan({ nodes: [unknown], wanted: { maxmemory: "5000" } })).toMatchObject({ code: "memory-unknown" });
  });

  it("refuses what one of the nodes is too old for, and takes it from the version that brought it", () => {
    const wanted = { "maxmemory-policy": "allkeys-lrm" };
    expect(plan({ wanted })).toMatchObject({ code: "newer-than-the-server" });
    expect(plan({ wanted, nodes: [node({ version: "8.6.0" })] })).toMatchObject({ kind: "eviction-plan" });
    expect(plan({ wanted, nodes: [node({ product: "valkey", version: "9.1.2" })] })).toMatchObject({ refused: true });
    const tenacity = { "maxmemory-eviction-tenacity": "20" };
    expect(plan({ wanted: tenacity, nodes: [node({ version: "6.0.16" })] })).toMatchObject({
      code: "newer-than-the-server",
    });
  });

  it("refuses the whole change for one refusing node, unless the others are to be changed all the same", () => {
    const refusals = { "b:1": { kind: "acl", message: "NOPERM", hint: "Grant it." } } as const;
    const nodes = [node(), node({ address: "b:1" })];
    expect(plan({ nodes, refusals })).toMatchObject({
      code: "refused-acl",
      hint: expect.stringContaining("--keep-going") as string,
    });
    expect(planned({ nodes, refusals, keepGoing: true }).nodes.map((one) => one.node)).toEqual(["a:1"]);
    expect(plan({ nodes: [node({ address: "b:1" })], refusals, keepGoing: true })).toMatchObject({ refused: true });
  });

  it("refuses to change a value that it could not put back", () => {
    expect(plan({ nodes: [node({ settings: {} })] })).toMatchObject({ code: "setting-unknown" });
  });
});

describe("planRollback", () => {
  const last: LastChange = {
    ...{ at: "2026-01-01T00:00:00Z", family: "redis", persist: true },
    nodes: [
      {
        ...{ node: "a:1", role: "primary", state: "changed" },
        changes: [
          { name: "maxmemory", from: "500", to: "1000" },
          { name: "maxmemory-policy", from: "volatile-lru", to: "noeviction" },
        ],
      },
    ],
  };

  it("puts the old values back, last set first", () => {
    expect(planRollback("t", last, [node()])).toMatchObject({
      operation: "evict-policy-rollback",
      nodes: [{ node: "a:1", changes: [{ to: "volatile-lru" }, { to: "500" }] }],
    });
  });

  it("leaves alone what has its old value already, and refuses what somebody else has set", () => {
    const half = node({ settings: { maxmemory: "500", "maxmemory-policy": "noeviction" } });
    expect(planRollback("t", last, [half])).toMatchObject({ nodes: [{ changes: [{ name: "maxmemory-policy" }] }] });
    const other = node({ settings: { maxmemory: "1000", "maxmemory-policy": "allkeys-lru" } });
    expect(planRollback("t", last, [other])).toMatchObject({ refused: true, code: "value-changed" });
    expect(planRollback("t", last, [])).toMatchObject({ refused: true, code: "node-gone" });
    expect(planRollback("t", { ...last, nodes: [] }, [node()])).toMatchObject({ code: "nothing-to-roll-back" });
  });
});
