import { describe, expect, it } from "vitest";
import { memcachedVersionOld } from "../../../../src/analyze/rules/memcached-version-old.js";
import { missing } from "../../../../src/model/fact.js";
import { memcachedNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const server = (version: string, over: Overrides = {}) =>
  judge(memcachedVersionOld, memcachedNode({ memcachedStats: { version }, ...over }));

const proxy = { memcachedSettings: { proxy_enabled: "yes" } };

describe("memcached-version-old", () => {
  it("reports 1.6.41 as high and says that packages may be patched", () => {
    const { findings } = server("1.6.41");
    expect(findings).toMatchObject([{ priority: "high", confidence: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: "version", value: "1.6.41" }));
    expect(findings[0]?.reason).toContain("backport");
  });

  it("finds 1.6.42 healthy", () => {
    expect(server("1.6.42").outcome).toBe("healthy");
  });

  it("reports the proxy's faults as critical only where the proxy runs and lacks the fix", () => {
    expect(server("1.6.21", proxy).findings).toMatchObject([{ priority: "critical" }]);
    expect(server("1.6.22", proxy).findings).toMatchObject([{ priority: "high" }]);
    expect(server("1.6.21").findings).toMatchObject([{ priority: "high" }]);
  });

  it("cannot judge a version it cannot read, or without stats", () => {
    expect(server("UNKNOWN").outcome).toBe("cannot-judge");
    const denied = memcachedNode({ memcachedStats: missing("not-permitted", "stats is not permitted") });
    expect(judge(memcachedVersionOld, denied).outcome).toBe("cannot-judge");
  });
});
