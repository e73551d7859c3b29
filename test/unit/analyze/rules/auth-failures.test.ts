import { describe, expect, it } from "vitest";
import { authFailures } from "../../../../src/analyze/rules/auth-failures.js";
import { missing } from "../../../../src/model/fact.js";
import { redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";
import { without } from "../../../support/without.js";

const denied = (count: number, basis: "sample" | "since-start" = "sample") =>
  judge(authFailures, redisNode({ window: { basis, counters: { acl_access_denied_auth: count } } }));

/** A server that does not show the counter. */
function silent(version: string) {
  const node = redisNode({
    server: { product: "redis", version },
    window: { counters: without("acl_access_denied_auth") },
  });
  return judge(authFailures, node);
}

describe("auth-failures", () => {
  it("reports one refused login as high", () => {
    const { findings } = denied(1);
    expect(findings).toMatchObject([{ priority: "high" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "acl_access_denied_auth", value: 1 }));
  });

  it("is history, and so information, since start", () => {
    expect(denied(9, "since-start").findings).toMatchObject([{ priority: "info" }]);
  });

  it("finds no refused login healthy", () => {
    expect(denied(0).outcome).toBe("healthy");
  });

  it("does not apply before 7.2, and cannot judge where a newer server hides the counter", () => {
    expect(silent("7.0.15").outcome).toBe("not-applicable");
    expect(silent("7.2.0").outcome).toBe("cannot-judge");
  });

  it("cannot judge without INFO", () => {
    const node = redisNode({ window: missing("not-permitted", "INFO is not permitted") });
    expect(judge(authFailures, node).outcome).toBe("cannot-judge");
  });
});
