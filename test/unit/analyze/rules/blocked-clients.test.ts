import { describe, expect, it } from "vitest";
import { blockedClients } from "../../../../src/analyze/rules/blocked-clients.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

describe("blocked-clients", () => {
  it("mentions a client that waits", () => {
    const [finding] = judge(blockedClients, redisNode({ clients: { blocked: 1 } })).findings;
    expect(finding).toMatchObject({ priority: "info" });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "blocked_clients", value: 1 }));
  });

  it("finds nobody waiting healthy", () => {
    expect(judge(blockedClients, redisNode({ clients: { blocked: 0 } })).outcome).toBe("healthy");
  });

  it("cannot judge when blocked_clients is not reported", () => {
    expect(judge(blockedClients, redisNode({ clients: { blocked: null } })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without clients", () => {
    const verdict = judge(blockedClients, redisNode({ clients: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
