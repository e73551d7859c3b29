import { describe, expect, it } from "vitest";
import { replicaLinkDown } from "../../../../src/analyze/rules/replica-link-down.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const replica = (linkStatus: string | null, syncInProgress = false, linkDownSeconds: number | null = 5) =>
  redisNode({
    replication: { role: "replica", linkStatus, syncInProgress, linkDownSeconds, primaryAddress: "10.0.0.1:6379" },
  });

describe("replica-link-down", () => {
  it("reports a replica without a link", () => {
    const { findings } = judge(replicaLinkDown, replica("down"));
    expect(findings).toMatchObject([{ priority: "critical", issue: "The replica has lost its primary" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "master_link_status", value: "down" }),
    );
  });

  it.each([
    [5, "medium"],
    [3_599, "medium"],
    [3_600, "critical"],
  ])("calls a copy of the dataset that takes %i seconds %s", (linkDownSeconds, priority) => {
    expect(judge(replicaLinkDown, replica("down", true, linkDownSeconds)).findings).toMatchObject([
      { priority, issue: expect.stringContaining("still copying") },
    ]);
  });

  it.each([
    ["wait_bgsave", "medium"],
    ["send_bulk", "medium"],
    ["online", "critical"],
  ])("believes a primary that shows the replica as %s: %s", (state, priority) => {
    const waiting = {
      node: { address: "10.0.0.6:6379" },
      replication: { role: "replica", linkStatus: "down" },
    } as const;
    const entry = { address: "10.0.0.6:6379", state, offset: 0, lagSeconds: 0 };
    const nodes = [redisNode({ replication: { replicas: [entry] } }), redisNode(waiting)];
    expect(judge(replicaLinkDown, nodes).findings).toMatchObject([{ priority, nodes: ["10.0.0.6:6379"] }]);
  });

  it("shows no time for a link that never was up", () => {
    const { findings } = judge(replicaLinkDown, replica("down", true, -1));
    expect(findings).toMatchObject([{ priority: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: "master_link_down_since_seconds", value: null }),
    );
  });

  it("finds a link that is up healthy", () => {
    expect(judge(replicaLinkDown, replica("up")).outcome).toBe("healthy");
  });

  it("does not apply to a primary", () => {
    expect(judge(replicaLinkDown, redisNode()).outcome).toBe("not-applicable");
  });

  it("cannot judge when INFO does not show the link", () => {
    expect(judge(replicaLinkDown, replica(null)).outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO replication", () => {
    const node = redisNode({ replication: missing("not-permitted", "INFO is not permitted") });
    expect(judge(replicaLinkDown, node)).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted" });
  });
});
