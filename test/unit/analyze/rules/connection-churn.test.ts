import { describe, expect, it } from "vitest";
import { connectionChurn } from "../../../../src/analyze/rules/connection-churn.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const churning = (total_connections_received: number, connected: number) =>
  redisNode({ clients: { connected }, window: { seconds: 10, counters: { total_connections_received } } });

describe("connection-churn", () => {
  it("reports more than 50 new connections a second", () => {
    const [finding] = judge(connectionChurn, churning(510, 500)).findings;
    expect(finding).toMatchObject({ priority: "medium", confidence: "high" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "new connections per second", value: 51 }),
    );
  });

  it.each([
    [500, 10, "healthy"],
    [501, 10, "finding"],
    [1_000, 1_000, "healthy"],
    [1_001, 1_000, "finding"],
  ])("judges %i new in ten seconds beside %i open as %s", (received, connected, outcome) => {
    expect(judge(connectionChurn, churning(received, connected)).outcome).toBe(outcome);
  });

  it("trusts an average since start little", () => {
    const since = (seconds: number) =>
      redisNode({ window: { basis: "since-start", seconds, counters: { total_connections_received: 90_000 } } });
    expect(judge(connectionChurn, since(600)).findings).toMatchObject([{ confidence: "low" }]);
    expect(judge(connectionChurn, since(599)).outcome).toBe("cannot-judge");
  });

  it("cannot judge when the connections are not counted", () => {
    expect(judge(connectionChurn, redisNode({ clients: { connected: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without window", () => {
    const verdict = judge(connectionChurn, redisNode({ window: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
