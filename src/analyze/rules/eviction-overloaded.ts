import { absentField } from "../absent-field.js";
import { raiseMaxmemory, roomyMaxmemory } from "../memory-limit.js";
import { defineRule, evidence, notApplicable } from "../rule.js";

export const evictionOverloaded = defineRule({
  id: "eviction-overloaded",
  category: "eviction",
  issue: "Memory stays above maxmemory: eviction does not bring it down",
  priorities: ["high"],
  reason:
    "current_eviction_exceeded_time is above zero only while the server could not evict enough before the next command; every write then pays for it or is refused.",
  source: "cachectl",
  thresholds: { exceededMs: { default: 0, unit: "milliseconds" } },
  needs: ["counters", "memory", "server", "replication"],
  check({ counters, memory, server, replication }, { node, thresholds }) {
    if (replication.role === "replica") return notApplicable("a replica does not evict by itself");
    const exceededMs = counters.current_eviction_exceeded_time;
    if (exceededMs === undefined) return absentField(server, "current_eviction_exceeded_time", 7);
    if (exceededMs <= thresholds.exceededMs) return null;
    return {
      priority: "high",
      action:
        "Add memory or nodes, or write less; with large values lazyfree-lazy-eviction yes takes the freeing off the main thread.",
      evidence: [
        evidence(node, "current_eviction_exceeded_time", exceededMs, "milliseconds"),
        evidence(node, "used_memory", memory.usedBytes, "bytes"),
        evidence(node, "maxmemory", memory.maxmemoryBytes, "bytes"),
        evidence(node, "maxmemory-policy", memory.maxmemoryPolicy),
      ],
      commands: memory.usedBytes === null ? [] : raiseMaxmemory(node, memory, roomyMaxmemory(memory.usedBytes)),
    };
  },
});
