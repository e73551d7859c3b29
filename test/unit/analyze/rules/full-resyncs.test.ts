import { describe, expect, it } from "vitest";
import { fullResyncs } from "../../../../src/analyze/rules/full-resyncs.js";
import { known, missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const synced = (full: number, partialErrors: number, basis: "sample" | "since-start" = "sample") =>
  redisNode({ window: { basis, counters: { sync_full: full, sync_partial_err: partialErrors } } });

describe("full-resyncs", () => {
  it("reports a full resync in the window", () => {
    const { findings } = judge(fullResyncs, synced(1, 0));
    expect(findings).toMatchObject([{ priority: "medium", confidence: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "sync_full", value: 1 }));
  });

  it("answers a refused partial resync with a doubled backlog", () => {
    expect(judge(fullResyncs, synced(0, 1)).findings).toMatchObject([
      { priority: "medium", commands: [{ argv: ["CONFIG", "SET", "repl-backlog-size", "20971520"] }] },
    ]);
  });

  it("does not blame the backlog for the copy of a new replica", () => {
    expect(judge(fullResyncs, synced(1, 0)).findings).toMatchObject([
      { commands: [{ argv: ["INFO", "replication"] }] },
    ]);
  });

  it("finds no resync healthy", () => {
    expect(judge(fullResyncs, synced(0, 0)).outcome).toBe("healthy");
  });

  it("expects one copy for each connected replica since start", () => {
    expect(judge(fullResyncs, synced(1, 0, "since-start")).outcome).toBe("healthy");
    expect(judge(fullResyncs, synced(2, 0, "since-start")).findings).toMatchObject([
      { priority: "info", confidence: "low" },
    ]);
  });

  it("cannot judge when INFO does not show the counters", () => {
    const node = redisNode();
    node.facts.window = known({ basis: "sample", seconds: 3, counters: {}, commands: {}, errors: null });
    expect(judge(fullResyncs, node).outcome).toBe("cannot-judge");
  });

  it("cannot judge since start when INFO does not show connected_slaves", () => {
    const node = redisNode({ window: { basis: "since-start" }, replication: { connectedReplicas: null } });
    expect(judge(fullResyncs, node).outcome).toBe("cannot-judge");
  });

  it("cannot judge without a window", () => {
    const node = redisNode({ window: missing("not-permitted", "INFO is not permitted") });
    expect(judge(fullResyncs, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
