import { cannotJudge, defineRule, evidence, notApplicable } from "../rule.js";
import { findReleaseLine, versionDataAsOf } from "../version-data.js";

const dayMs = 86_400_000;

export const versionEol = defineRule({
  id: "version-eol",
  category: "version",
  issue: "This release line has reached its end of life",
  priorities: ["info", "high"],
  reason: `From its end of life on a line gets no more fixes, not even for vulnerabilities (data of ${versionDataAsOf}). Distributions may go on to backport fixes without changing the version.`,
  source: "redis.io version support",
  thresholds: { soonSeconds: { default: 90 * 86_400, unit: "seconds" } },
  needs: ["server"],
  check({ server: { product, version } }, { node, nowMs, thresholds }) {
    const line = findReleaseLine(product, version);
    if (line === null) return cannotJudge(`the release data of ${versionDataAsOf} does not know ${product} ${version}`);
    if (line.endOfLife === null) return notApplicable(`no end of life is published for ${product} ${line.line}`);
    const leftMs = line.endOfLife === "past" ? 0 : Date.parse(line.endOfLife) - nowMs;
    const found = [
      evidence(node, `${product}_version`, version),
      evidence(node, "end of life", line.endOfLife),
      ...(leftMs > 0 ? [evidence(node, "days left", Math.ceil(leftMs / dayMs), "count")] : []),
    ];
    if (leftMs > thresholds.soonSeconds * 1_000) return null;
    if (leftMs > 0)
      return {
        priority: "info",
        issue: "This release line reaches its end of life soon",
        action: "Plan the upgrade to a line that is supported for longer, replicas first.",
        evidence: found,
      };
    return {
      priority: "high",
      action: "Upgrade to a supported line, replicas first; a package that its distribution still maintains can wait.",
      confidence: "medium",
      evidence: found,
    };
  },
});
