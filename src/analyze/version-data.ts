import type { Product } from "../model/facts.js";
import { compareVersions, parseVersion } from "../model/version-number.js";

/** The month this data was gathered. Releases and vulnerabilities published later are not in it. */
export const versionDataAsOf = "2026-09";

/** What a vendor says about one release line (`8.0` = every 8.0.x). */
export interface ReleaseLine {
  product: Product;
  line: string;
  /** `YYYY-MM-DD`, the first day without support · `past`: ended before the data begins · null: no date is published. */
  endOfLife: string | null;
  /** Oldest release of the line without a known vulnerability; `none`: the line has no such release. */
  safeFrom: string;
  source: string;
}

export interface Vulnerability {
  cves: string[];
  /** `critical`: rated 9 or more by the vendor, or code runs without a login. */
  severity: "high" | "critical";
  /** First fixed release of each line. A line that is not listed is not known to be affected. */
  fixedIn: Record<Product, string[]>;
  /** Lines older than every listed one are affected too and never got a fix. */
  olderLinesToo: boolean;
  /** Only a server that accepts TLS connections is exposed. */
  needsTls: boolean;
  source: string;
}

const redisLifecycle = "redis.io version support";
const valkeyNotes = "Valkey release notes";

export const releaseLines: readonly ReleaseLine[] = [
  // Stands for every line before 7.2 but 6.2: none of them gets fixes any more.
  { product: "redis", line: "7.0", endOfLife: "past", safeFrom: "none", source: redisLifecycle },
  { product: "redis", line: "6.2", endOfLife: "2027-04-01", safeFrom: "6.2.20", source: redisLifecycle },
  { product: "redis", line: "7.2", endOfLife: "2029-12-01", safeFrom: "7.2.11", source: redisLifecycle },
  { product: "redis", line: "7.4", endOfLife: "2029-12-01", safeFrom: "7.4.11", source: redisLifecycle },
  // The last release is 8.0.6, and what was found since is fixed in later lines only.
  { product: "redis", line: "8.0", endOfLife: "2026-12-01", safeFrom: "none", source: redisLifecycle },
  { product: "redis", line: "8.2", endOfLife: "2030-09-01", safeFrom: "8.2.9", source: redisLifecycle },
  { product: "redis", line: "8.4", endOfLife: null, safeFrom: "8.4.6", source: redisLifecycle },
  { product: "redis", line: "8.6", endOfLife: null, safeFrom: "8.6.6", source: redisLifecycle },
  { product: "redis", line: "8.8", endOfLife: null, safeFrom: "8.8.2", source: redisLifecycle },
  { product: "redis", line: "8.10", endOfLife: null, safeFrom: "8.10.1", source: redisLifecycle },
  { product: "valkey", line: "7.2", endOfLife: null, safeFrom: "7.2.14", source: valkeyNotes },
  { product: "valkey", line: "8.0", endOfLife: null, safeFrom: "8.0.11", source: valkeyNotes },
  { product: "valkey", line: "8.1", endOfLife: null, safeFrom: "8.1.10", source: valkeyNotes },
  { product: "valkey", line: "9.0", endOfLife: null, safeFrom: "9.0.5", source: valkeyNotes },
  { product: "valkey", line: "9.1", endOfLife: null, safeFrom: "9.1.2", source: valkeyNotes },
];

export const vulnerabilities: readonly Vulnerability[] = [
  {
    cves: ["CVE-2026-81934"],
    severity: "critical",
    fixedIn: { redis: ["8.2.9"], valkey: [] },
    olderLinesToo: false,
    needsTls: true,
    source: "Redis 8.2.9 release notes",
  },
  {
    cves: ["CVE-2026-62356"],
    severity: "high",
    fixedIn: { redis: ["8.2.9", "8.4.6", "8.6.6", "8.8.2", "8.10.1"], valkey: [] },
    olderLinesToo: false,
    needsTls: false,
    source: "RedisBloom advisory GHSA-q5p6-hwxh-c23h",
  },
  {
    cves: ["CVE-2026-56684"],
    severity: "high",
    fixedIn: { redis: [], valkey: ["7.2.14", "8.0.10", "8.1.9", "9.0.5", "9.1.1"] },
    olderLinesToo: false,
    needsTls: true,
    source: "Valkey 9.1.1 release notes",
  },
  {
    cves: ["CVE-2026-63639"],
    severity: "high",
    fixedIn: { redis: [], valkey: ["7.2.14", "8.0.10", "8.1.9", "9.0.5", "9.1.1"] },
    olderLinesToo: false,
    needsTls: false,
    source: "Valkey 9.1.1 release notes",
  },
  {
    cves: ["CVE-2026-23479", "CVE-2026-25243", "CVE-2026-23631"],
    severity: "high",
    fixedIn: {
      redis: ["7.4.9", "8.2.6", "8.4.3", "8.6.3"],
      valkey: ["7.2.13", "8.0.8", "8.1.7", "9.0.4", "9.1.0"],
    },
    olderLinesToo: false,
    needsTls: false,
    source: "Redis 8.6.3 and Valkey 9.0.4 release notes",
  },
  {
    cves: ["CVE-2025-49844"],
    severity: "critical",
    fixedIn: { redis: ["6.2.20", "7.2.11", "7.4.6", "8.0.4", "8.2.2"], valkey: ["7.2.11", "8.0.6", "8.1.4"] },
    olderLinesToo: true,
    needsTls: false,
    source: "Redis 8.2.2 and Valkey 8.1.4 release notes",
  },
  {
    cves: ["CVE-2025-46817", "CVE-2025-46818", "CVE-2025-46819"],
    severity: "high",
    fixedIn: { redis: ["6.2.20", "7.2.11", "7.4.6", "8.0.4", "8.2.2"], valkey: ["7.2.11", "8.0.6", "8.1.4"] },
    olderLinesToo: true,
    needsTls: false,
    source: "Redis 8.2.2 and Valkey 8.1.4 release notes",
  },
  {
    cves: ["CVE-2025-32023", "CVE-2025-48367"],
    severity: "high",
    fixedIn: { redis: ["6.2.19", "7.2.10", "7.4.5", "8.0.3"], valkey: [] },
    olderLinesToo: true,
    needsTls: false,
    source: "Redis 8.0.3 release notes",
  },
  {
    cves: ["CVE-2025-21605"],
    severity: "high",
    fixedIn: { redis: ["7.4.3"], valkey: [] },
    olderLinesToo: false,
    needsTls: false,
    source: "Redis 7.4.3 release notes",
  },
  {
    cves: ["CVE-2024-46981", "CVE-2024-51741"],
    severity: "high",
    fixedIn: { redis: ["7.4.2"], valkey: [] },
    olderLinesToo: false,
    needsTls: false,
    source: "Redis 7.4.2 release notes",
  },
  {
    cves: ["CVE-2024-31449", "CVE-2024-31227", "CVE-2024-31228"],
    severity: "high",
    fixedIn: { redis: ["7.4.1"], valkey: [] },
    olderLinesToo: false,
    needsTls: false,
    source: "Redis 7.4.1 release notes",
  },
];

/** The line a version belongs to; null when the data does not know it (newer than the data, or a development build). */
export function findReleaseLine(product: Product, version: string): ReleaseLine | null {
  const line = lineOf(version);
  if (line === null) return null;
  const own = releaseLines.find((row) => row.product === product && row.line === line);
  if (own !== undefined) return own;
  const ended = releaseLines.find((row) => row.product === product && row.endOfLife === "past");
  return ended !== undefined && isOlder(line, ended.line) ? ended : null;
}

/** Every vulnerability this very version is known to have. */
export function findVulnerabilities(product: Product, version: string): Vulnerability[] {
  return vulnerabilities.filter((row) => isAffected(row.fixedIn[product], row.olderLinesToo, version));
}

function isAffected(fixedIn: readonly string[], olderLinesToo: boolean, version: string): boolean {
  const line = lineOf(version);
  if (line === null || fixedIn.length === 0) return false;
  const ownFix = fixedIn.find((fix) => lineOf(fix) === line);
  if (ownFix !== undefined) return isOlder(version, ownFix);
  // A line without a fix of its own: one from before the newest fixed line was left unfixed, one after it never had the fault.
  const newest = fixedIn.at(-1);
  return olderLinesToo && newest !== undefined && isOlder(version, newest);
}

function lineOf(version: string): string | null {
  return parseVersion(version)?.slice(0, 2).join(".") ?? null;
}

function isOlder(a: string, b: string): boolean {
  return (compareVersions(a, b) ?? 0) < 0;
}
