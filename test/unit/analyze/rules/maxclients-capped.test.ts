import { describe, expect, it } from "vitest";
import { maxclientsCapped } from "../../../../src/analyze/rules/maxclients-capped.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const accepting = (maxClients: number, maxclients = String(maxClients)) =>
  redisNode({ clients: { maxClients }, config: { maxclients } });

describe("maxclients-capped", () => {
  it.each([
    [992, 1_024],
    [4_064, 4_096],
    [9_968, 10_000],
  ])("suspects the open file limit behind %i", (maxClients, limit) => {
    const [finding] = judge(maxclientsCapped, accepting(maxClients)).findings;
    expect(finding).toMatchObject({ priority: "medium", confidence: "medium" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "open file limit this suggests", value: limit }),
    );
  });

  it("is sure when CONFIG asks for more than INFO shows", () => {
    const { findings } = judge(maxclientsCapped, accepting(9_000, "10000"));
    expect(findings).toMatchObject([{ priority: "medium", confidence: "high" }]);
  });

  it.each([991, 993, 1_024, 5_000, 10_000, 65_504])("finds %i healthy", (maxClients) => {
    expect(judge(maxclientsCapped, accepting(maxClients)).outcome).toBe("healthy");
  });

  it("takes maxclients from CONFIG where INFO does not show it", () => {
    const node = redisNode({ clients: { maxClients: null }, config: { maxclients: "992" } });
    expect(judge(maxclientsCapped, node).outcome).toBe("finding");
  });

  it("cannot judge when neither INFO nor CONFIG shows maxclients", () => {
    const config = missing("not-permitted", "CONFIG GET is not permitted");
    expect(judge(maxclientsCapped, redisNode({ config, clients: { maxClients: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without clients", () => {
    const verdict = judge(maxclientsCapped, redisNode({ clients: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
