import { cannotJudge, defineRule, evidence, notApplicable, serverCommand } from "../rule.js";

const setting = "cluster-require-full-coverage";

export const clusterFullCoverage = defineRule({
  id: "cluster-full-coverage",
  category: "cluster",
  issue: "One lost hash slot stops the whole cluster",
  priorities: ["info", "low"],
  reason:
    "With cluster-require-full-coverage yes, the default, every node answers CLUSTERDOWN while any slot has no owner. A cache is better off serving the other slots; for a store it depends on what its clients can bear.",
  source: "redis.io documentation (cluster-require-full-coverage)",
  needs: ["config", "clusterInfo"],
  check({ config }, { node, target }) {
    const value = config[setting];
    if (value === undefined) return cannotJudge(`CONFIG GET does not show ${setting}`);
    if (value === "no") return null;
    if (target.role !== "cache" && target.role !== null)
      return notApplicable("a matter of choice where data is stored");
    return {
      priority: target.role === "cache" ? "low" : "info",
      action: "Set it to no on all nodes if clients can bear errors for some keys better than for all.",
      evidence: [evidence(node, setting, value), evidence(node, "role in the profile", target.role ?? "not said")],
      commands: [serverCommand(node, "CONFIG", "SET", setting, "no")],
    };
  },
});
