import { cannotJudge, defineRule, evidence, serverCommand } from "../rule.js";

export const scriptsCachedMany = defineRule({
  id: "scripts-cached-many",
  category: "memory",
  issue: "Very many scripts are cached, probably generated ones",
  priorities: ["medium"],
  reason:
    "MEMORY DOCTOR warns above 1000: scripts that are generated with their values inside pile up until SCRIPT FLUSH or a restart.",
  source: "MEMORY DOCTOR",
  thresholds: { count: { default: 1000, unit: "count" } },
  needs: ["memory"],
  check({ memory }, { node, thresholds }) {
    const { cachedScriptCount } = memory;
    if (cachedScriptCount === null) return cannotJudge("INFO does not show number_of_cached_scripts");
    if (cachedScriptCount <= thresholds.count) return null;
    return {
      priority: "medium",
      action:
        "Pass values as KEYS and ARGV and call the script by EVALSHA; SCRIPT FLUSH empties the cache (no data), after which clients must load their scripts again.",
      evidence: [
        evidence(node, "number_of_cached_scripts", cachedScriptCount, "count"),
        evidence(node, "used_memory_scripts", memory.scriptsBytes, "bytes"),
      ],
      commands: [serverCommand(node, "SCRIPT", "FLUSH")],
    };
  },
});
