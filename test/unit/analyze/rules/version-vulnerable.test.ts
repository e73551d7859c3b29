import { describe, expect, it } from "vitest";
import { versionVulnerable } from "../../../../src/analyze/rules/version-vulnerable.js";
import { missing } from "../../../../src/model/fact.js";
import type { Product } from "../../../../src/model/facts.js";
import { redisNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const server = (product: Product, version: string, over: Overrides = {}) =>
  judge(versionVulnerable, redisNode({ server: { product, version }, ...over }));

const withTls = { config: { "tls-port": "6380" } };

describe("version-vulnerable", () => {
  it.each([
    ["redis", "8.2.1", "critical"],
    ["redis", "7.0.15", "critical"],
    ["redis", "8.4.5", "high"],
    ["redis", "7.4.10", "high"],
    ["redis", "8.0.6", "high"],
    ["valkey", "8.1.1", "critical"],
    ["valkey", "9.1.1", "high"],
  ] as const)("reports %s %s as %s", (product, version, priority) => {
    const { findings } = server(product, version);
    expect(findings).toMatchObject([{ priority, confidence: "medium" }]);
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ fact: `${product}_version`, value: version }),
    );
    expect(findings[0]?.reason).toContain("backport");
  });

  it.each([
    ["redis", "8.2.9"],
    ["redis", "8.4.6"],
    ["redis", "7.2.11"],
    ["redis", "6.2.20"],
    ["valkey", "9.1.2"],
    ["valkey", "8.1.10"],
    ["valkey", "8.0.11"],
    ["valkey", "9.0.5"],
  ] as const)("finds %s %s healthy", (product, version) => {
    expect(server(product, version, withTls).outcome).toBe("healthy");
  });

  it("names the vulnerabilities and the oldest safe release", () => {
    const found = server("redis", "8.2.8", withTls).findings[0]?.evidence;
    expect(found).toContainEqual(
      expect.objectContaining({ fact: "known vulnerabilities", value: "CVE-2026-81934, CVE-2026-62356" }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ fact: "oldest release without known vulnerabilities", value: "8.2.9" }),
    );
  });

  it("counts a fault of the TLS code only where TLS may be on", () => {
    expect(server("redis", "8.2.8", withTls).findings).toMatchObject([{ priority: "critical" }]);
    expect(server("redis", "8.2.8", { config: { "tls-port": "0" } }).findings).toMatchObject([{ priority: "high" }]);
    const unseen = { config: missing("not-permitted", "CONFIG is not permitted") };
    expect(server("redis", "8.2.8", unseen).findings).toMatchObject([{ priority: "critical" }]);
  });

  it("says so when the line itself gets no more fixes", () => {
    expect(server("redis", "8.0.6").findings).toMatchObject([
      { issue: "This release line gets no fixes for known vulnerabilities" },
    ]);
  });

  it("cannot judge a line that the data does not know, or without INFO", () => {
    expect(server("redis", "255.255.255").outcome).toBe("cannot-judge");
    expect(server("valkey", "10.0.0").outcome).toBe("cannot-judge");
    const denied = redisNode({ server: missing("not-permitted", "INFO is not permitted") });
    expect(judge(versionVulnerable, denied).outcome).toBe("cannot-judge");
  });
});
