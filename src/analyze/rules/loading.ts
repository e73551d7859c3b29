import { defineRule, evidence, serverCommand } from "../rule.js";

export const loading = defineRule({
  id: "loading",
  category: "availability",
  issue: "The server is loading its dataset and answers almost nothing",
  priorities: ["high"],
  reason: "Until the dataset is read, commands fail with LOADING (or, in an asynchronous load, see the old data).",
  source: "cachectl",
  needs: ["loading"],
  check({ loading: facts }, { node }) {
    if (!facts.loading && !facts.asyncLoading) return null;
    const field = facts.loading ? "loading" : "async_loading";
    return {
      priority: "high",
      ...(facts.loading ? {} : { issue: "The replica is loading a new dataset and still serves the old one" }),
      action:
        "Wait until it is done; loading_eta_seconds in INFO persistence says how long. Do not restart it meanwhile.",
      evidence: [
        evidence(node, field, 1, "count"),
        evidence(node, "loading_eta_seconds", facts.etaSeconds, "seconds"),
        evidence(node, "loading_loaded_perc", facts.loadedPercent, "percent"),
      ],
      commands: [serverCommand(node, "INFO", "persistence")],
    };
  },
});
