import { describe, expect, it } from "vitest";
import { expiredBacklog } from "../../../../src/analyze/rules/expired-backlog.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const expiring = (expired_stale_perc: number, expired_time_cap_reached_count: number) =>
  redisNode({ counters: { expired_stale_perc }, window: { counters: { expired_time_cap_reached_count } } });

describe("expired-backlog", () => {
  it("reports more than 10 % stale keys, with more effort as the remedy", () => {
    const [finding] = judge(expiredBacklog, expiring(10.01, 0)).findings;
    expect(finding).toMatchObject({
      priority: "medium",
      commands: [{ argv: ["CONFIG", "SET", "active-expire-effort", "4"] }],
    });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "expired_stale_perc", value: 10.01 }));
  });

  it("reports an expire cycle that ran out of time", () => {
    const [finding] = judge(expiredBacklog, expiring(0, 1)).findings;
    expect(finding).toMatchObject({ priority: "medium" });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ fact: "expired_time_cap_reached_count", value: 1 }),
    );
  });

  it("only mentions a time cap of the past", () => {
    const node = redisNode({
      counters: { expired_stale_perc: 0 },
      window: { basis: "since-start", counters: { expired_time_cap_reached_count: 5 } },
    });
    expect(judge(expiredBacklog, node).findings).toMatchObject([{ priority: "info", confidence: "low" }]);
  });

  it("suggests no effort above 10, nor one it cannot compare", () => {
    const most = redisNode({ counters: { expired_stale_perc: 50 }, config: { "active-expire-effort": "10" } });
    expect(judge(expiredBacklog, most).findings).toMatchObject([{ commands: [] }]);
    const config = missing("not-permitted", "CONFIG GET is not permitted");
    const unknown = redisNode({ counters: { expired_stale_perc: 50 }, config });
    expect(judge(expiredBacklog, unknown).findings).toMatchObject([{ commands: [] }]);
  });

  it("finds exactly 10 % healthy", () => {
    expect(judge(expiredBacklog, expiring(10, 0)).outcome).toBe("healthy");
  });

  it("does not apply to a replica", () => {
    expect(judge(expiredBacklog, redisNode({ replication: { role: "replica" } })).outcome).toBe("not-applicable");
  });

  it("cannot judge when expired_stale_perc is not reported", () => {
    expect(judge(expiredBacklog, redisNode({ counters: without("expired_stale_perc") })).outcome).toBe("cannot-judge");
  });

  it("cannot judge without window", () => {
    const verdict = judge(expiredBacklog, redisNode({ window: missing("not-permitted", "INFO is not permitted") }));
    expect(verdict).toMatchObject({ outcome: "cannot-judge", reason: "INFO is not permitted", findings: [] });
  });
});
