import { describe, expect, it } from "vitest";
import { connectionsNearLimit } from "../../../../src/analyze/rules/connections-near-limit.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const using = (connected: number, maxClients = 1_000) => redisNode({ clients: { connected, maxClients } });

describe("connections-near-limit", () => {
  it.each([
    [801, "medium"],
    [900, "medium"],
    [901, "high"],
  ])("reports %i of 1000 connections as %s", (connected, priority) => {
    const [finding] = judge(connectionsNearLimit, using(connected)).findings;
    expect(finding).toMatchObject({ priority });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "connected_clients", value: connected }));
  });

  it("counts the links of the cluster bus, which take part of maxclients", () => {
    const node = (clusterConnections: number) =>
      redisNode({ clients: { connected: 700, maxClients: 1_000, clusterConnections } });
    expect(judge(connectionsNearLimit, node(100)).outcome).toBe("healthy");
    const [finding] = judge(connectionsNearLimit, node(101)).findings;
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "cluster_connections", value: 101 }));
  });

  it("finds exactly 80 % healthy", () => {
    expect(judge(connectionsNearLimit, using(800)).outcome).toBe("healthy");
  });

  it("suggests a maxclients with which it is healthy", () => {
    const commands = judge(connectionsNearLimit, using(1_000)).findings[0]?.commands;
    expect(commands).toContainEqual(expect.objectContaining({ argv: ["CONFIG", "SET", "maxclients", "2000"] }));
    expect(judge(connectionsNearLimit, using(1_000, 2_000)).outcome).toBe("healthy");
  });

  it("takes maxclients from CONFIG where INFO does not show it", () => {
    const node = redisNode({ clients: { connected: 95, maxClients: null }, config: { maxclients: "100" } });
    expect(judge(connectionsNearLimit, node).findings).toMatchObject([{ priority: "high" }]);
  });

  it("needs no CONFIG where INFO shows maxclients", () => {
    const config = missing("not-permitted", "CONFIG GET is not permitted");
    expect(judge(connectionsNearLimit, redisNode({ config })).outcome).toBe("healthy");
  });

  it("cannot judge when neither INFO nor CONFIG shows maxclients", () => {
    const config = missing("not-permitted", "CONFIG GET is not permitted");
    const verdict = judge(connectionsNearLimit, redisNode({ config, clients: { maxClients: null } }));
    expect(verdict.outcome).toBe("cannot-judge");
    expect(verdict.reason).toBe("INFO does not show maxclients, and CONFIG GET is not permitted");
  });

  it("cannot judge when the connections are not counted", () => {
    expect(judge(connectionsNearLimit, redisNode({ clients: { connected: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without clients", () => {
    const verdict = judge(
      connectionsNearLimit,
      redisNode({ clients: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
