import { describe, expect, it } from "vitest";
import type { CreatePlan, NewPrimary } from "../../../src/model/create-plan.js";
import { isRefusal, type PlanRefusal } from "../../../src/model/slot-plan.js";
import { planCreate, type CreateOptions } from "../../../src/plan/plan-create.js";

const plain: CreateOptions = { replicas: 1, zones: {}, allowFewPrimaries: false };

/** `a:1` names host a, port 1. */
function nodes(text: string): { host: string; port: number }[] {
  return text.split(" ").map((node) => {
    const [host = "", port = ""] = node.split(":");
    return { host, port: Number(port) };
  });
}

function planned(text: string, options: Partial<CreateOptions> = {}): CreatePlan {
  const plan = planCreate(nodes(text), { ...plain, ...options });
  if (isRefusal(plan)) throw new Error(plan.message);
  return plan;
}

function refused(text: string, options: Partial<CreateOptions> = {}): PlanRefusal {
  const plan = planCreate(nodes(text), { ...plain, ...options });
  if (!isRefusal(plan)) throw new Error("it made a plan");
  return plan;
}

/** `a:1 ← b:1, c:1` for each primary. */
function placement({ primaries }: CreatePlan): string[] {
  return primaries.map(({ address, replicas }) => `${address} ← ${replicas.map((one) => one.address).join(", ")}`);
}

function sharesHost({ host, replicas }: NewPrimary): boolean {
  return replicas.some((replica) => replica.host === host);
}

function sharesZone({ zone, replicas }: NewPrimary): boolean {
  return replicas.some((replica) => replica.zone === zone);
}

describe("planCreate", () => {
  it("gives the primaries contiguous ranges of equal size that cover every slot", () => {
    const { primaries } = planned("a:1 b:1 c:1 d:1 e:1 f:1");
    expect(primaries.map(({ slots, slotCount }) => [slots, slotCount])).toEqual([
      [[[0, 5460]], 5461],
      [[[5461, 10921]], 5461],
      [[[10922, 16383]], 5462],
    ]);
  });

  it("takes the nodes in the order given where hosts and zones say nothing else", () => {
    const plan = planned("a:1 b:1 c:1 d:1 e:1 f:1");
    expect(placement(plan)).toEqual(["a:1 ← d:1", "b:1 ← e:1", "c:1 ← f:1"]);
    expect(plan.notes).toEqual([]);
  });

  it("puts one primary on each host, and its replica on another, when all ports of a host are named together", () => {
    const plan = planned("a:1 a:2 b:1 b:2 c:1 c:2");
    expect(plan.primaries.map(({ host }) => host)).toEqual(["a", "b", "c"]);
    expect(plan.primaries.filter(sharesHost)).toEqual([]);
    expect(plan.notes).toEqual([]);
  });

  it("spreads primaries over zones first, and keeps replicas out of their primary's zone", () => {
    const zones = { a: "z1", b: "z1", c: "z2", d: "z2", e: "z3", f: "z3" };
    const plan = planned("a:1 b:1 c:1 d:1 e:1 f:1", { zones });
    expect(plan.primaries.map(({ zone }) => zone)).toEqual(["z1", "z2", "z3"]);
    expect(plan.primaries.filter(sharesZone)).toEqual([]);
    expect(plan.notes).toEqual([]);
  });

  it("keeps two replicas of one primary in zones of their own too", () => {
    const zones = { a: "z1", b: "z2", c: "z3" };
    const plan = planned("a:1 a:2 a:3 b:1 b:2 b:3 c:1 c:2 c:3", { zones, replicas: 2 });
    for (const { zone, replicas } of plan.primaries)
      expect([zone, ...replicas.map((one) => one.zone)].sort()).toEqual(["z1", "z2", "z3"]);
  });

  it("puts a replica into its primary's zone rather than on its host, and says so", () => {
    const plan = planned("a:1 a:2 b:1 b:2 c:1 c:2", { zones: { a: "z", b: "z", c: "z" } });
    expect(plan.primaries.filter(sharesHost)).toEqual([]);
    expect(plan.notes).toHaveLength(3);
    expect(plan.notes[0]).toMatch(/^\S+ is in the zone of its primary a:1: a loss of z takes both\.$/);
  });

  it("names the replica that cannot be kept off its primary's host", () => {
    const plan = planned("a:1 a:2 a:3 a:4 b:1 c:1");
    expect(plan.primaries.filter(sharesHost)).toHaveLength(1);
    expect(plan.notes.join()).toMatch(/a:\d is on the host of its primary a:\d: a loss of a takes both/);
  });

  it("says once that all nodes are on one host", () => {
    const { notes } = planned("a:1 a:2 a:3 a:4 a:5 a:6");
    expect(notes).toEqual(["All nodes are on one host, a: its loss takes every primary together with its replicas."]);
  });

  it("names each replica that is too close when only one node is on another host", () => {
    const { notes } = planned("b:1 a:2 a:3 a:4 a:5 a:6");
    expect(notes).toHaveLength(2);
    for (const note of notes) expect(note).toContain("is on the host of its primary");
  });

  it("makes what is left over further replicas of different primaries, and says whose", () => {
    const plan = planned("a:1 b:1 c:1 d:1 e:1 f:1 g:1");
    expect(plan.primaries.map(({ replicas }) => replicas.length).sort()).toEqual([1, 1, 2]);
    expect(plan.notes).toEqual(["The nodes do not divide evenly: a:1 gets 2 replicas."]);
  });

  it("keeps a node that is left over away from the primary on its host", () => {
    const plan = planned("a:1 b:1 c:1 d:1 e:1 f:1 a:2");
    expect(plan.primaries.filter(sharesHost)).toEqual([]);
  });

  it("makes an equal plan of equal input", () => {
    const text = "a:1 a:2 b:1 b:2 c:1 c:2 d:1 d:2";
    const zones = { a: "z1", b: "z2", c: "z1", d: "z2" };
    expect(planned(text, { zones })).toEqual(planned(text, { zones }));
  });

  it("takes hosts without a zone for zones of their own, and says so", () => {
    const { notes } = planned("a:1 b:1 c:1 d:1 e:1 f:1", { zones: { a: "z1", b: "z2" } });
    expect(notes.join()).toContain("No zone is known of c, d, e, f");
  });

  it("says where a zone is given for a host without a node", () => {
    const { notes } = planned("a:1 b:1 c:1 d:1 e:1 f:1", { zones: { x: "z1" } });
    expect(notes.join()).toContain("A zone is given for x, where no node is");
  });

  it("says what it means to have no replicas", () => {
    expect(planned("a:1 b:1 c:1", { replicas: 0 }).notes.join()).toContain("No primary has a replica");
  });

  it("refuses fewer than three primaries, and makes them where the user says so", () => {
    expect(refused("a:1 b:1 c:1 d:1")).toMatchObject({ code: "too-few-primaries" });
    expect(refused("a:1 b:1 c:1 d:1").hint).toContain("Give 6 nodes or more");
    expect(placement(planned("a:1 b:1 c:1 d:1", { allowFewPrimaries: true }))).toHaveLength(2);
    expect(refused("a:1", { allowFewPrimaries: true }).hint).not.toContain("--allow-few-primaries");
  });

  it("refuses a node that is named twice, and a number of replicas that is none", () => {
    expect(refused("a:1 b:1 a:1")).toMatchObject({ code: "node-twice", message: "a:1 is named twice." });
    expect(refused("a:1 b:1 c:1", { replicas: -1 }).code).toBe("bad-replicas");
    expect(refused("a:1 b:1 c:1", { replicas: 0.5 }).code).toBe("bad-replicas");
  });
});

describe("planCreate, on three zones", () => {
  it("has one of every zone in each group of a primary and two replicas, however many hosts the zones have", () => {
    for (let primaries = 3; primaries <= 12; primaries++)
      for (let hosts = 3; hosts <= 12; hosts += 3) {
        const text = Array.from({ length: primaries * 3 }, (_, i) => `h${i % hosts}:${7000 + i}`).join(" ");
        const zones = Object.fromEntries(Array.from({ length: hosts }, (_, i) => [`h${i}`, `z${i % 3}`]));
        for (const { zone, replicas } of planned(text, { zones, replicas: 2 }).primaries)
          expect(new Set([zone, ...replicas.map((one) => one.zone)]).size, text).toBe(3);
      }
  });
});

describe("planCreate, on every mix of 6 to 12 nodes on 2 to 5 hosts", () => {
  it("keeps all replicas off their primary's host wherever no host has more nodes than the others can serve", () => {
    for (let count = 6; count <= 12; count++)
      for (let hosts = 2; hosts <= 5; hosts++) {
        const text = Array.from({ length: count }, (_, i) => `h${i % hosts}:${7000 + i}`).join(" ");
        const { primaries } = planned(text);
        const largest = Math.ceil(count / hosts);
        // A host with more than half of all nodes has to pair two of them.
        if (largest <= count / 2) expect(primaries.filter(sharesHost), text).toEqual([]);
        expect(primaries.reduce((sum, { replicas }) => sum + 1 + replicas.length, 0)).toBe(count);
      }
  });
});
