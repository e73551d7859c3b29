import { describe, expect, it } from "vitest";
import { sentinelStaleEntry } from "../../../../src/analyze/rules/sentinel-stale-entry.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-stale-entry", () => {
  it("reports one whose address another id has, with RESET on one sentinel at a time", () => {
    const group = literalGroup();
    for (const { master } of group.sentinels.slice(0, 2))
      master.sentinelList.push({
        address: "10.0.1.3:0",
        runId: "9".repeat(40),
        flags: ["s_down", "sentinel", "disconnected"],
        lastOkPingMs: 90_000,
        lastPingMs: 90_000,
        lastHelloMs: 90_000,
        votedEpoch: 0,
      });
    const { findings } = judge(sentinelStaleEntry, group.nodes());
    expect(findings).toMatchObject([{ priority: "medium", nodes: ["10.0.1.1:26379", "10.0.1.2:26379"] }]);
    expect(findings[0]?.commands).toEqual([
      { kind: "server", node: "10.0.1.1:26379", argv: ["SENTINEL", "RESET", "mymaster"] },
      { kind: "shell", line: "sleep 30 && redis-cli -h 10.0.1.2 -p 26379 SENTINEL RESET mymaster" },
    ]);
  });

  it("reports one that is down, and may come back, as low", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    for (const { master } of group.sentinels)
      for (const entry of master.sentinelList)
        if (entry.address === "10.0.1.3:26379")
          Object.assign(entry, { flags: ["sentinel", "s_down"], lastHelloMs: 60_000 });
    expect(judge(sentinelStaleEntry, group.nodes()).findings).toMatchObject([{ priority: "low" }]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelStaleEntry, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelStaleEntry, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelStaleEntry, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
