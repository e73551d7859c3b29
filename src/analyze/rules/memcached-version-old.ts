import { findMemcachedVulnerabilities, memcachedSafeFrom } from "../memcached-version-data.js";
import { cannotJudge, defineRule, evidence } from "../rule.js";
import { versionDataAsOf } from "../version-data.js";
import { isAtLeast } from "../../model/version-number.js";

export const memcachedVersionOld = defineRule({
  id: "memcached-version-old",
  families: ["memcached"],
  category: "version",
  issue: "This Memcached version lacks security fixes",
  priorities: ["high", "critical"],
  reason: `Release 1.6.42 (May 2026) fixed many faults at once, and 1.6.22 two overflows of the proxy that need no login (data of ${versionDataAsOf}). Distributions backport fixes without changing the version, which cannot be seen from outside.`,
  source: "Memcached release notes",
  needs: ["memcachedStats"],
  wants: ["memcachedSettings"],
  check({ memcachedStats: { version } }, { node }, { memcachedSettings }) {
    const known = findMemcachedVulnerabilities(version);
    if (known === null) return cannotJudge("stats does not show a version that can be read");
    if (isAtLeast(version, memcachedSafeFrom) === true) return null;
    // A build without the proxy does not list the setting.
    const proxy = memcachedSettings.ok && memcachedSettings.value["proxy_enabled"] === "yes";
    const open = known.filter(({ needsProxy }) => proxy || !needsProxy);
    return {
      priority: open.some(({ needsProxy }) => needsProxy) ? "critical" : "high",
      action:
        "Upgrade to the latest 1.6 release; with a distribution's package, check its security tracker for backported fixes.",
      confidence: "medium",
      evidence: [
        evidence(node, "version", version),
        evidence(node, "oldest release without known vulnerabilities", memcachedSafeFrom),
        evidence(node, "known vulnerabilities", open.flatMap(({ cves }) => cves).join(", ")),
      ],
    };
  },
});
