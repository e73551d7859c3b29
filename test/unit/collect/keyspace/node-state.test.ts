import { describe, expect, it } from "vitest";
import { changesBetween, collectState, observedState } from "../../../../src/collect/keyspace/node-state.js";
import { redisNode } from "../../../support/facts.js";
import { portThatSays } from "../ports.js";

const node = "10.0.0.1:6379";
const before = { runId: "a", role: "primary" as const, slots: "[[0,5460]]", slotsMoving: false };

describe("changesBetween", () => {
  it("has nothing to say of a node that stayed as it was", () => {
    expect(changesBetween(node, before, before)).toEqual([]);
  });

  it("tells that a primary became a replica", () => {
    const clauses = changesBetween(node, before, { ...before, role: "replica" });
    expect(clauses).toEqual([`${node} became a replica during the scan: keys written since then are missing`]);
  });

  it("does not mind a replica that became the primary", () => {
    expect(changesBetween(node, { ...before, role: "replica" }, before)).toEqual([]);
  });

  it.each([
    ["has other slots", { ...before, slots: "[[0,5461]]" }],
    ["has slots on their way", { ...before, slotsMoving: true }],
  ])("tells that keys may be missing when it %s", (_, after) => {
    expect(changesBetween(node, before, after)).toEqual([expect.stringContaining("slots of 10.0.0.1:6379 moved")]);
  });

  it("does not take what nobody knows for a change", () => {
    const unknown = { runId: null, role: null, slots: null, slotsMoving: false };
    expect(changesBetween(node, before, unknown)).toEqual([]);
    expect(changesBetween(node, unknown, before)).toEqual([]);
  });
});

describe("collectState", () => {
  it("reads run id, role and the slots of a replica's primary", async () => {
    const nodes = [
      "1111 10.0.0.1:6379@16379 master - 0 1 1 connected 0-5460",
      "4444 10.0.0.4:6379@16379 myself,slave 1111 0 1 1 connected",
    ].join("\n");
    const port = portThatSays({
      "INFO server": "# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\n",
      "INFO replication": "# Replication\r\nrole:slave\r\n",
      "CLUSTER NODES": nodes,
    });
    expect(await collectState(port, true)).toEqual({
      runId: "abc",
      role: "replica",
      slots: "[[0,5460]]",
      slotsMoving: false,
    });
  });
});

describe("observedState", () => {
  it("takes the same from the facts", () => {
    const { runId, role, slots } = observedState(redisNode({}));
    expect(runId).toMatch(/^[0-9a-f]{40}$/);
    expect(role).toBe("primary");
    expect(slots).toBeNull();
  });
});
