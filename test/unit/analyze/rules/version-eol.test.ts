import { describe, expect, it } from "vitest";
import { versionEol } from "../../../../src/analyze/rules/version-eol.js";
import { runRules } from "../../../../src/analyze/run-rules.js";
import { missing } from "../../../../src/model/fact.js";
import { observationOf, redisNode } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const redis = (version: string) => redisNode({ server: { product: "redis", version } });

function judgedAt(observedAt: string, version: string) {
  const { findings, judgements } = runRules({ ...observationOf([redis(version)]), observedAt }, [versionEol]);
  return findings[0]?.priority ?? judgements[0]?.outcome;
}

describe("version-eol", () => {
  it.each(["7.0.15", "6.0.16", "5.0.14"])("reports Redis %s as high", (version) => {
    const { findings } = judge(versionEol, redis(version));
    expect(findings).toMatchObject([{ priority: "high", confidence: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "redis_version", value: version }));
  });

  it("follows the clock of the observation", () => {
    expect(judgedAt("2026-09-01T23:59:59Z", "8.0.6")).toBe("healthy");
    expect(judgedAt("2026-09-02T00:00:00Z", "8.0.6")).toBe("info");
    expect(judgedAt("2026-11-30T23:59:59Z", "8.0.6")).toBe("info");
    expect(judgedAt("2026-12-01T00:00:00Z", "8.0.6")).toBe("high");
  });

  it("finds a supported line healthy", () => {
    expect(judge(versionEol, redis("8.2.9")).outcome).toBe("healthy");
  });

  it("does not apply where no date is published", () => {
    expect(judge(versionEol, redisNode()).outcome).toBe("not-applicable");
    expect(judge(versionEol, redis("8.10.1")).outcome).toBe("not-applicable");
  });

  it("judges Valkey by its own version, not by the Redis version it also reports", () => {
    const valkey = redisNode({ server: { product: "valkey", version: "8.0.6" } });
    expect(judge(versionEol, valkey).outcome).toBe("not-applicable");
  });

  it("cannot judge a line that the data does not know, or without INFO", () => {
    expect(judge(versionEol, redis("255.255.255")).outcome).toBe("cannot-judge");
    const denied = redisNode({ server: missing("not-permitted", "INFO is not permitted") });
    expect(judge(versionEol, denied).outcome).toBe("cannot-judge");
  });
});
