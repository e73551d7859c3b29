import { describe, expect, it } from "vitest";
import { isRefusal } from "../../../src/model/slot-plan.js";
import { findMember, findPrimary } from "../../../src/plan/find-member.js";
import { nodeId, primaryNode, replicaNode, topologyWith } from "../../support/plan-topologies.js";

const id = (digits: string) => digits.padEnd(40, "0");

const topology = {
  ...topologyWith([]),
  nodes: [
    primaryNode(1, [[0, 16_383]], { id: id("abcd1"), announced: { host: "redis-1.internal", port: 6379 } }),
    primaryNode(2, [], { id: id("abcd2"), announced: { host: "", port: 7000 } }),
    { ...replicaNode(3, 1), id: id("7001"), primaryId: id("abcd1") },
    primaryNode(4, [], { address: "10.0.0.1:7001", announced: { host: "10.0.0.9", port: 7001 } }),
  ],
};

function found(text: string): string {
  const answer = findMember(topology, text);
  return isRefusal(answer) ? answer.code : answer.address;
}

describe("findMember", () => {
  it.each([
    ["its address as dialled", "10.0.0.1:7000", "10.0.0.1:7000"],
    ["its address as announced", "redis-1.internal:6379", "10.0.0.1:7000"],
    ["its whole id", id("abcd2"), "10.0.0.2:7000"],
    ["the beginning of its id, in capitals too", "ABCD1", "10.0.0.1:7000"],
    ["its address among spaces", "  10.0.0.2:7000 ", "10.0.0.2:7000"],
    ["four digits of its id that could be a port", "7001", "10.0.0.3:7000"],
  ])("finds a member by %s", (_how, text, address) => {
    expect(found(text)).toBe(address);
  });

  it("does not guess between two ids that begin alike", () => {
    const answer = findMember(topology, "abcd");
    expect(answer).toMatchObject({ code: "node-ambiguous" });
    expect(isRefusal(answer) && answer.message).toContain("10.0.0.1:7000 (abcd1000), 10.0.0.2:7000 (abcd2000)");
  });

  it.each(["abc", "", "10.0.0.1", ":7000", "10.0.0.99:7000", nodeId(77)])("finds nobody for %j", (text) => {
    expect(found(text)).toBe("unknown-node");
  });

  it("names the members where it finds none", () => {
    const answer = findMember(topology, "nobody");
    expect(isRefusal(answer) && answer.hint).toContain("10.0.0.2:7000 (abcd2000)");
  });

  it("takes one that two announce for ambiguous, and not for the first of them", () => {
    const twins = [5, 6].map((n) => primaryNode(n, [], { announced: { host: "nat", port: 6379 } }));
    expect(findMember({ ...topology, nodes: twins }, "nat:6379")).toMatchObject({ code: "node-ambiguous" });
  });
});

describe("findPrimary", () => {
  it("refuses a replica and names its primary", () => {
    const answer = findPrimary(topology, "10.0.0.3:7000");
    expect(answer).toMatchObject({ code: "not-a-primary", hint: "Name its primary, 10.0.0.1:7000." });
  });

  it("finds a primary", () => {
    expect(findPrimary(topology, "abcd1")).toMatchObject({ address: "10.0.0.1:7000" });
  });
});
