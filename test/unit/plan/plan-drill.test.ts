import { describe, expect, it } from "vitest";
import { known, missing } from "../../../src/model/fact.js";
import type { SentinelReplica } from "../../../src/model/facts.js";
import type { DrillFacts, DrillReplication, SentinelView } from "../../../src/model/sentinel-drill.js";
import { planDrill } from "../../../src/plan/sentinel/plan-drill.js";

const primary = "10.0.0.1:6379";
const replica = "10.0.0.2:6379";
const sentinels = ["10.0.1.1:26379", "10.0.1.2:26379", "10.0.1.3:26379"];

function seen(change: Partial<SentinelReplica> = {}): SentinelReplica {
  return {
    ...{ address: replica, runId: "r".repeat(40), flags: ["slave"], lastOkPingMs: 300, lastPingMs: 300 },
    ...{ primaryAddress: primary, priority: 100, linkStatus: "ok", linkDownMs: 0, infoRefreshMs: 4_000 },
    roleReported: "slave",
    ...change,
  };
}

function view(change: Partial<SentinelView> = {}): SentinelView {
  return {
    ...{ primary, configEpoch: 4, flags: ["master"], downAfterMs: 5_000, tilt: false, quorumObjection: null },
    replicas: [seen()],
    ...change,
  };
}

function facts(change: Partial<DrillFacts> = {}): DrillFacts {
  return {
    ...{ target: "prod", masterName: "mymaster", gaps: [], minReplicas: {} },
    sentinels: sentinels.map((address) => ({ address, view: known(view()) })),
    nodes: nodes(),
    ...change,
  };
}

function nodes(ofReplica: Partial<DrillReplication> = {}) {
  return [
    {
      address: primary,
      replication: known<DrillReplication>({ role: "primary", linkUp: false, syncing: false, offset: 2_000_000 }),
    },
    {
      address: replica,
      replication: known<DrillReplication>({
        role: "replica",
        linkUp: true,
        syncing: false,
        offset: 1_999_900,
        ...ofReplica,
      }),
    },
  ];
}

/** One sentinel of three sees it otherwise. */
function oneSees(change: Partial<SentinelView>): DrillFacts {
  const all = facts();
  return { ...all, sentinels: all.sentinels.map((one, i) => (i === 1 ? { ...one, view: known(view(change)) } : one)) };
}

describe("planDrill", () => {
  it("plans the failover of a healthy group", () => {
    expect(planDrill(facts())).toEqual({
      ...{ target: "prod", masterName: "mymaster", primary, orderTo: sentinels[0], sentinels, configEpoch: 4 },
      ...{
        candidates: [{ address: replica, lagBytes: 100 }],
        followers: [primary, replica],
        minReplicas: {},
        notes: [],
      },
    });
  });

  it.each([
    ["sentinels-disagree", { primary: replica }],
    ["tilt", { tilt: true }],
    ["failover-in-progress", { flags: ["master", "failover_in_progress"] }],
    ["primary-down", { flags: ["master", "s_down"] }],
    ["no-quorum", { quorumObjection: "NOQUORUM 1 usable Sentinels" }],
  ])("refuses with %s where one sentinel says so", (code, change) => {
    expect(planDrill(oneSees(change))).toMatchObject({ refused: true, unjudged: false, code });
  });

  it.each([
    ["replica-priority is 0", { replicas: [seen({ priority: 0 })] }, {}],
    ["held for down", { replicas: [seen({ flags: ["slave", "s_down"] })] }, {}],
    ["no valid answer to PING", { replicas: [seen({ lastOkPingMs: 5_001 })] }, {}],
    ["no INFO from it yet", { replicas: [seen({ runId: "" })] }, {}],
    // What a 6.0 that has just become a replica says in the first INFO.
    ["has been down for more than", { replicas: [seen({ linkDownMs: 1_796_000_000_000 })] }, {}],
    ["it has no link", {}, { linkUp: false }],
    ["still copying", {}, { syncing: true }],
    ["says that it is a primary", {}, { role: "primary" as const }],
    ["KB behind", {}, { offset: 2_000_000 - 1_048_577 }],
    ["it has none", { replicas: [] }, {}],
  ])("refuses where no replica can be promoted: %s", (words, sight, own) => {
    const all = facts({ nodes: nodes(own) });
    const refusal = planDrill({
      ...all,
      sentinels: sentinels.map((address) => ({ address, view: known(view(sight)) })),
    });
    expect(refusal).toMatchObject({ code: "no-promotable-replica", unjudged: false });
    expect("message" in refusal && refusal.message).toContain(words);
  });

  it("refuses where a sentinel takes a replica for a primary still, and would undo its promotion", () => {
    const refusal = planDrill(oneSees({ replicas: [seen({ roleReported: "master" })] }));
    expect(refusal).toMatchObject({ code: "role-outdated", unjudged: false });
    expect("message" in refusal && refusal.message).toContain(`${sentinels[1] ?? ""} has last heard ${replica}`);
  });

  it("does not mind it of one that is never promoted", () => {
    const never = { address: "10.0.0.3:6379", priority: 0 };
    const all = facts();
    const sight = view({ replicas: [seen(), seen({ ...never, roleReported: "master" })] });
    const plan = planDrill({ ...all, sentinels: sentinels.map((address) => ({ address, view: known(sight) })) });
    expect(plan).not.toHaveProperty("refused");
  });

  it("takes a replica that is just within the lag that is allowed", () => {
    expect(planDrill(facts({ nodes: nodes({ offset: 2_000_000 - 1_048_576 }) }))).not.toHaveProperty("refused");
  });

  it("cannot judge where a sentinel, the primary or the replica did not answer", () => {
    const silent = missing("unreachable", "refused");
    const all = facts();
    const without = [
      { ...all, sentinels: all.sentinels.map((one, i) => (i === 2 ? { ...one, view: silent } : one)) },
      { ...all, sentinels: all.sentinels.map((one) => ({ ...one, view: silent })) },
      { ...all, nodes: all.nodes.map((one, i) => (i === 0 ? { ...one, replication: silent } : one)) },
      { ...all, nodes: all.nodes.map((one, i) => (i === 1 ? { ...one, replication: silent } : one)) },
      { ...all, gaps: ["a seed did not answer"] },
    ];
    for (const one of without) expect(planDrill(one)).toMatchObject({ refused: true, unjudged: true });
  });

  it("says what speaks against it before what it could not see", () => {
    const all = oneSees({ quorumObjection: "NOQUORUM" });
    const one = { address: "10.0.1.4:26379", view: missing("unreachable", "refused") };
    expect(planDrill({ ...all, sentinels: [...all.sentinels, one] })).toMatchObject({ code: "no-quorum" });
  });

  it("refuses a primary that says it is a replica", () => {
    const [first, second] = nodes();
    if (first === undefined || second === undefined) throw new Error("two nodes are made");
    const turned = [{ ...second, address: primary }, second];
    expect(planDrill(facts({ nodes: turned }))).toMatchObject({ code: "not-a-primary" });
  });

  it("does not wait for a second replica that is away, and says so", () => {
    const away = seen({ address: "10.0.0.3:6379", flags: ["slave", "s_down", "disconnected"] });
    const sight = view({ replicas: [...view().replicas, away] });
    const plan = planDrill({ ...facts(), sentinels: sentinels.map((address) => ({ address, view: known(sight) })) });
    expect(plan).toMatchObject({ followers: [primary, replica], notes: [expect.stringContaining("10.0.0.3:6379")] });
  });
});
