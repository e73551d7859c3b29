import { describe, expect, it } from "vitest";
import { restartedRecently } from "../../../../src/analyze/rules/restarted-recently.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const started = (uptimeSeconds: number | null) => judge(restartedRecently, redisNode({ server: { uptimeSeconds } }));

describe("restarted-recently", () => {
  it("reports a server younger than ten minutes as info", () => {
    expect(started(599).findings).toMatchObject([
      { priority: "info", evidence: [{ fact: "uptime_in_seconds", value: 599 }] },
    ]);
  });

  it("finds ten minutes healthy", () => {
    expect(started(600).outcome).toBe("healthy");
  });

  it("cannot judge without the uptime or without INFO", () => {
    expect(started(null).outcome).toBe("cannot-judge");
    const denied = redisNode({ server: missing("not-permitted", "INFO is not permitted") });
    expect(judge(restartedRecently, denied).outcome).toBe("cannot-judge");
  });
});
