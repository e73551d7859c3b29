import type { Fact } from "../../model/fact.js";
import type { ConfigFacts } from "../../model/facts.js";
import { cannotJudge, defineRule, evidence } from "../rule.js";
import { findReleaseLine, findVulnerabilities, versionDataAsOf, type ReleaseLine } from "../version-data.js";
import { compareVersions } from "../../model/version-number.js";

export const versionVulnerable = defineRule({
  id: "version-vulnerable",
  category: "version",
  issue: "This version has known vulnerabilities",
  priorities: ["high", "critical"],
  reason: `Its vendor has published fixes in later releases (data of ${versionDataAsOf}); critical are those rated 9 or more and those that need no login. Debian and other distributions backport fixes without changing the version, which cannot be seen from outside.`,
  source: "Redis and Valkey release notes",
  needs: ["server"],
  wants: ["config"],
  check({ server: { product, version } }, { node }, { config }) {
    const line = findReleaseLine(product, version);
    const open = findVulnerabilities(product, version).filter(({ needsTls }) => !(needsTls && isTlsOff(config)));
    if (line === null && open.length === 0)
      return cannotJudge(`the release data of ${versionDataAsOf} does not know ${product} ${version}`);
    const behind = line !== null && isBehind(version, line);
    if (open.length === 0 && !behind) return null;
    const noFix = line?.safeFrom === "none";
    return {
      priority: open.some(({ severity }) => severity === "critical") ? "critical" : "high",
      ...(noFix && { issue: "This release line gets no fixes for known vulnerabilities" }),
      action: noFix
        ? "Upgrade to a newer release line; with a distribution's package, check its security tracker for backported fixes."
        : "Upgrade to the latest release of this line; with a distribution's package, check its security tracker for backported fixes.",
      confidence: "medium",
      evidence: [
        evidence(node, `${product}_version`, version),
        evidence(node, "oldest release without known vulnerabilities", line?.safeFrom ?? "unknown"),
        evidence(
          node,
          "known vulnerabilities",
          open.flatMap(({ cves }) => cves).join(", ") || "see the line's release notes",
        ),
      ],
    };
  },
});

function isBehind(version: string, { safeFrom }: ReleaseLine): boolean {
  return safeFrom === "none" || (compareVersions(version, safeFrom) ?? 0) < 0;
}

function isTlsOff(config: Fact<ConfigFacts>): boolean {
  return config.ok && config.value["tls-port"] === "0";
}
