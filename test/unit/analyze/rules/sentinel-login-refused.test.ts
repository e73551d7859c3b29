import { describe, expect, it } from "vitest";
import { sentinelLoginRefused } from "../../../../src/analyze/rules/sentinel-login-refused.js";
import { judge } from "../../../support/judge.js";
import type { LiteralSentinel } from "../../../support/literal-sentinels.js";
import { literalGroup } from "../../../support/literal-sentinels.js";

describe("sentinel-login-refused", () => {
  it("reports a server that answers a sentinel with errors only", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[0] as LiteralSentinel).master, {
      flags: ["master", "s_down"],
      lastPingMs: 500,
      lastOkPingMs: 60_000,
    });
    const { findings } = judge(sentinelLoginRefused, group.nodes());
    expect(findings).toMatchObject([{ priority: "high", nodes: ["10.0.0.1:6379", "10.0.1.1:26379"] }]);
    expect(JSON.stringify(findings[0]?.commands)).toContain("SENTINEL SET mymaster auth-pass");
  });

  it("leaves one that does not answer at all to sentinel-node-down", () => {
    const group = literalGroup();
    Object.assign((group.sentinels[0] as LiteralSentinel).master, {
      flags: ["master", "s_down"],
      lastPingMs: 60_000,
      lastOkPingMs: 60_000,
    });
    expect(judge(sentinelLoginRefused, group.nodes()).findings).toEqual([]);
  });

  it("finds a healthy group healthy", () => {
    expect(judge(sentinelLoginRefused, literalGroup().nodes()).outcome).toBe("healthy");
    expect(judge(sentinelLoginRefused, literalGroup({ sentinels: 5, replicas: 2 }).nodes()).outcome).toBe("healthy");
  });

  it("cannot judge what a sentinel that did not answer would have said", () => {
    const group = literalGroup();
    (group.sentinels[2] as LiteralSentinel).silent = true;
    const { judgements } = judge(sentinelLoginRefused, group.nodes());
    expect(judgements).toContainEqual(expect.objectContaining({ outcome: "cannot-judge" }));
  });
});
