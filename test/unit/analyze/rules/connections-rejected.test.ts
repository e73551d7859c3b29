import { describe, expect, it } from "vitest";
import { connectionsRejected } from "../../../../src/analyze/rules/connections-rejected.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const rejecting = (basis: "sample" | "since-start", rejected_connections: number) =>
  redisNode({ window: { basis, counters: { rejected_connections } } });

describe("connections-rejected", () => {
  it("reports a connection rejected in the window", () => {
    const [finding] = judge(connectionsRejected, rejecting("sample", 1)).findings;
    expect(finding).toMatchObject({
      priority: "high",
      commands: [{ argv: ["CONFIG", "SET", "maxclients", "20000"] }],
    });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "rejected_connections", value: 1 }));
  });

  it("only mentions rejections of the past", () => {
    const { findings } = judge(connectionsRejected, rejecting("since-start", 7));
    expect(findings).toMatchObject([{ priority: "info", confidence: "low" }]);
  });

  it("asks for maxclients where nobody knows it", () => {
    const node = redisNode({
      clients: { maxClients: null },
      config: missing("not-permitted", "CONFIG GET is not permitted"),
      window: { counters: { rejected_connections: 1 } },
    });
    expect(judge(connectionsRejected, node).findings[0]?.commands).toMatchObject([
      { argv: ["CONFIG", "GET", "maxclients"] },
    ]);
  });

  it("finds none rejected healthy", () => {
    expect(judge(connectionsRejected, rejecting("sample", 0)).outcome).toBe("healthy");
  });

  it("cannot judge when rejected_connections is not reported", () => {
    const node = redisNode({ window: { counters: without("rejected_connections") } });
    expect(judge(connectionsRejected, node).outcome).toBe("cannot-judge");
  });

  it("cannot judge without window", () => {
    const verdict = judge(
      connectionsRejected,
      redisNode({ window: missing("not-permitted", "INFO is not permitted") }),
    );
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
