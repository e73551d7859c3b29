import { compareVersions } from "../model/version-number.js";

export interface MemcachedVulnerability {
  cves: string[];
  fixedIn: string;
  /** Only a server started with a proxy configuration is exposed. */
  needsProxy: boolean;
  source: string;
}

/** The release of 2026-05 with many security fixes at once, not each of which has a CVE. */
export const memcachedSafeFrom = "1.6.42";

export const memcachedVulnerabilities: readonly MemcachedVulnerability[] = [
  { cves: ["CVE-2026-47783"], fixedIn: "1.6.42", needsProxy: false, source: "Memcached 1.6.42 release notes" },
  {
    cves: ["CVE-2023-46852", "CVE-2023-46853"],
    fixedIn: "1.6.22",
    needsProxy: true,
    source: "Memcached 1.6.22 release notes",
  },
];

/** Every vulnerability this version is known to have; null when the version cannot be read. */
export function findMemcachedVulnerabilities(version: string): MemcachedVulnerability[] | null {
  if (compareVersions(version, memcachedSafeFrom) === null) return null;
  return memcachedVulnerabilities.filter(({ fixedIn }) => (compareVersions(version, fixedIn) ?? 0) < 0);
}
