import { describe, expect, it } from "vitest";
import { findMemcachedVulnerabilities } from "../../../src/analyze/memcached-version-data.js";
import {
  findReleaseLine,
  findVulnerabilities,
  releaseLines,
  versionDataAsOf,
  vulnerabilities,
} from "../../../src/analyze/version-data.js";
import { compareVersions, parseVersion } from "../../../src/model/version-number.js";

const cvesOf = (product: "redis" | "valkey", version: string) =>
  findVulnerabilities(product, version).flatMap(({ cves }) => cves);

describe("version data", () => {
  it("is dated, and every row names its source", () => {
    expect(versionDataAsOf).toMatch(/^\d{4}-\d{2}$/);
    for (const { source } of [...releaseLines, ...vulnerabilities]) expect(source).not.toBe("");
  });

  it("holds well-formed rows: one per line, fixes ascending", () => {
    const names = releaseLines.map(({ product, line }) => `${product} ${line}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { endOfLife, safeFrom } of releaseLines) {
      expect(endOfLife ?? "past").toMatch(/^(past|\d{4}-\d{2}-\d{2})$/);
      expect(safeFrom === "none" || parseVersion(safeFrom) !== null).toBe(true);
    }
    for (const { cves, fixedIn } of vulnerabilities) {
      for (const cve of cves) expect(cve).toMatch(/^CVE-\d{4}-\d{4,}$/);
      for (const fixes of [fixedIn.redis, fixedIn.valkey])
        expect(fixes).toEqual([...fixes].sort((a, b) => compareVersions(a, b) ?? Number.NaN));
    }
  });

  it("finds the line of each version, and one row for all that ended long ago", () => {
    expect(findReleaseLine("redis", "8.10.1")).toMatchObject({ line: "8.10", endOfLife: null });
    expect(findReleaseLine("redis", "6.2.14")).toMatchObject({ line: "6.2", endOfLife: "2027-04-01" });
    for (const version of ["7.0.15", "6.0.16", "5.0.14"])
      expect(findReleaseLine("redis", version)).toMatchObject({ endOfLife: "past", safeFrom: "none" });
  });

  it.each([
    ["redis", "9.0.0"],
    ["redis", "255.255.255"],
    ["redis", "unknown"],
    ["valkey", "10.0.0"],
    ["valkey", "7.0.0"],
  ] as const)("does not know %s %s", (product, version) => {
    expect(findReleaseLine(product, version)).toBeNull();
  });

  it.each([
    ["redis", "8.2.8", "CVE-2026-81934", true],
    ["redis", "8.2.9", "CVE-2026-81934", false],
    ["redis", "8.4.5", "CVE-2026-62356", true],
    ["redis", "8.4.6", "CVE-2026-62356", false],
    ["redis", "7.4.8", "CVE-2026-23479", true],
    ["redis", "7.4.9", "CVE-2026-23479", false],
    ["valkey", "9.0.3", "CVE-2026-23479", true],
    ["valkey", "9.1.0", "CVE-2026-23479", false],
    ["redis", "8.0.3", "CVE-2025-49844", true],
    ["redis", "8.0.4", "CVE-2025-49844", false],
    ["valkey", "8.1.3", "CVE-2025-49844", true],
    ["valkey", "8.1.4", "CVE-2025-49844", false],
    ["redis", "8.0.2", "CVE-2025-32023", true],
    ["redis", "8.0.3", "CVE-2025-48367", false],
    ["redis", "7.4.2", "CVE-2025-21605", true],
    ["redis", "7.4.3", "CVE-2025-21605", false],
    ["redis", "7.4.1", "CVE-2024-46981", true],
    ["redis", "7.4.2", "CVE-2024-51741", false],
    ["redis", "7.4.0", "CVE-2024-31449", true],
    ["redis", "7.4.1", "CVE-2024-31228", false],
    ["valkey", "9.1.0", "CVE-2026-56684", true],
    ["valkey", "9.1.1", "CVE-2026-63639", false],
  ] as const)("%s %s and %s: %s", (product, version, cve, affected) => {
    expect(cvesOf(product, version).includes(cve)).toBe(affected);
  });

  it("holds lines that were left behind for affected, and later ones for free of the fault", () => {
    expect(cvesOf("redis", "7.0.15")).toContain("CVE-2025-49844");
    expect(cvesOf("redis", "8.4.6")).toEqual([]);
    expect(cvesOf("valkey", "9.1.2")).toEqual([]);
  });

  it("does not take a Redis fix for a Valkey one", () => {
    expect(cvesOf("valkey", "8.0.3")).not.toContain("CVE-2025-32023");
  });

  it("knows what Memcached releases lack", () => {
    expect(findMemcachedVulnerabilities("1.6.21")).toHaveLength(2);
    expect(findMemcachedVulnerabilities("1.6.22")).toHaveLength(1);
    expect(findMemcachedVulnerabilities("1.6.42")).toEqual([]);
    expect(findMemcachedVulnerabilities("UNKNOWN")).toBeNull();
  });
});
